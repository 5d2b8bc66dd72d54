import type { EntityManager } from 'typeorm'
import type { JobError, JobEventBody, JobRecord, ResultRecord, TaskOutput } from './job.ts'
import { appendEvents, moveJob } from './job-changes.ts'
import { dequeueTasks, enqueueCleanUp, enqueueTasks } from './job-queue.ts'
import { lockJob } from './job-store.ts'
import { hasEnded } from './phase-transitions.ts'
import { insertResults, nameResults } from './result-store.ts'
import type { JobService } from './services/job-service.ts'
import { rows } from './sql.ts'
import {
  type Attempt,
  attemptLimit,
  cancelTasks,
  markTaskCompleted,
  markTaskFailed,
  markTaskWaiting,
  type TaskOutcome,
  taskOutcomes,
} from './task-store.ts'

/*
 * How attempts, tasks and jobs end. Each function is one transaction's work and locks the job's row first,
 * so that two endings of one job never wait for each other in a circle, and the second sees the first.
 */

/** Content of attempts that were not published is removed after this: by then their writers are gone. */
const CLEAN_UP_DELAY_MS = 60_000

/** Ends an attempt well, and the job with the last one. False when the attempt had lost its task. */
export async function completeAttempt(
  manager: EntityManager,
  service: JobService,
  attempt: Attempt,
  outputs: readonly TaskOutput[],
): Promise<boolean> {
  const job = await lockJob(manager, attempt.jobId)
  if (job === undefined || hasEnded(job.phase)) return false
  if (!(await markTaskCompleted(manager, attempt, outputs))) return false
  await endJobWithLastTask(manager, service, job, 'tasks_completed')
  return true
}

/** A back-off that doubles from 1 s to a minute. */
function retryDelayMs(failures: number): number {
  return Math.min(60_000, 1_000 * 2 ** failures)
}

/**
 * Ends an attempt badly: its task waits for another one, or has failed. False when it had lost its task, or
 * when its lease was to be EXPIRED and was renewed meanwhile.
 */
export async function failAttempt(
  manager: EntityManager,
  service: JobService,
  attempt: Attempt,
  error: JobError,
  lease: 'ANY' | 'EXPIRED' = 'ANY',
): Promise<boolean> {
  const job = await lockJob(manager, attempt.jobId)
  if (job === undefined || hasEnded(job.phase)) return false
  const limit = await attemptLimit(manager, attempt, lease)
  if (limit === undefined) return false
  if (error.transient && limit.failures + 1 < limit.maxAttempts) {
    const delayMs = retryDelayMs(limit.failures)
    await markTaskWaiting(manager, attempt, true)
    await enqueueTasks(manager, attempt.jobId, [attempt.index], delayMs)
    const text = `attempt ${attempt.attempt} failed: ${error.message} Again in ${delayMs / 1000} s.`
    await appendEvents(manager, attempt.jobId, [{ kind: 'log', payload: { task: attempt.index, text } }])
    return true
  }
  await markTaskFailed(manager, attempt, error)
  await endJobWithLastTask(manager, service, job, 'tasks_failed')
  return true
}

/** Hands a task back unfinished, for another worker to take at once; costs it no attempt of its limit. */
export async function releaseAttempt(manager: EntityManager, attempt: Attempt): Promise<boolean> {
  const job = await lockJob(manager, attempt.jobId)
  if (job === undefined || hasEnded(job.phase)) return false
  if (!(await markTaskWaiting(manager, attempt, false))) return false
  await enqueueTasks(manager, attempt.jobId, [attempt.index])
  return true
}

/** Ends a job that is to run no further, with everything of it that runs or waits. */
export async function stopJob(
  manager: EntityManager,
  job: JobRecord,
  to: 'ERROR' | 'ABORTED',
  error: JobError,
): Promise<JobRecord> {
  const ended = await moveJob(manager, job, { to, error })
  await dequeueTasks(manager, job.id, await cancelTasks(manager, job.id))
  await enqueueCleanUp(manager, job.id, CLEAN_UP_DELAY_MS)
  return ended
}

async function endJobWithLastTask(
  manager: EntityManager,
  service: JobService,
  before: JobRecord,
  counter: 'tasks_completed' | 'tasks_failed',
): Promise<void> {
  const job = await countTask(manager, before, counter)
  if (job.tasksCompleted + job.tasksFailed < job.taskCount) {
    await appendEvents(manager, job.id, [{ kind: 'progress', payload: { progress: job.progress } }])
    return
  }
  const outcomes = await taskOutcomes(manager, job.id)
  const failed = outcomes.filter((outcome) => outcome.error !== undefined)
  const attempts = outcomes.reduce((sum, outcome) => sum + outcome.attempts, 0)
  if (job.tasksCompleted === 0) {
    await moveJob(manager, job, { to: 'ERROR', error: errorOfAll(failed) })
    await enqueueCleanUp(manager, job.id, CLEAN_UP_DELAY_MS)
    return
  }
  const results = nameResults(service.collect(outcomes))
  const excess = outputExcess(job, results)
  if (excess !== undefined) {
    await moveJob(manager, job, { to: 'ERROR', error: excess })
    await enqueueCleanUp(manager, job.id, CLEAN_UP_DELAY_MS)
    return
  }
  await insertResults(manager, job.id, results)
  await moveJob(manager, job, {
    to: 'COMPLETED',
    before: [
      ...failureLines(job, failed),
      ...results.map((result): JobEventBody => ({ kind: 'result', payload: result })),
    ],
  })
  if (attempts > job.tasksCompleted) await enqueueCleanUp(manager, job.id, CLEAN_UP_DELAY_MS)
}

/** Counts an ended task; the job's progress is at least the share of its ended tasks. */
async function countTask(
  manager: EntityManager,
  job: JobRecord,
  counter: 'tasks_completed' | 'tasks_failed',
): Promise<JobRecord> {
  const counted = await rows<{ version: string; progress: number }>(
    manager,
    `update jobs set version = version + 1, ${counter} = ${counter} + 1,
       progress = greatest(progress, (tasks_completed + tasks_failed + 1)::double precision / task_count)
     where id = $1 returning version, progress`,
    [job.id],
  )
  const row = counted[0]
  if (row === undefined) throw new Error(`job ${job.id} vanished while it was locked`)
  return {
    ...job,
    version: BigInt(row.version),
    progress: row.progress,
    tasksCompleted: job.tasksCompleted + (counter === 'tasks_completed' ? 1 : 0),
    tasksFailed: job.tasksFailed + (counter === 'tasks_failed' ? 1 : 0),
  }
}

function errorOfAll(failed: readonly TaskOutcome[]): JobError {
  const first = failed[0]?.error
  if (first === undefined) throw new Error('a job without completed tasks has no failed one either')
  if (failed.length === 1) return first
  return { ...first, message: `All ${failed.length} tasks failed. The first: ${first.message}` }
}

function failureLines(job: JobRecord, failed: readonly TaskOutcome[]): JobEventBody[] {
  if (failed.length === 0) return []
  const summary = `${failed.length} of ${job.taskCount} tasks failed; the results of the others follow.`
  return [
    { kind: 'log', payload: { task: -1, text: summary } },
    ...failed.slice(0, 20).map((outcome): JobEventBody => {
      const text = `${outcome.displayName}: ${outcome.error?.message}`
      return { kind: 'log', payload: { task: outcome.index, text } }
    }),
  ]
}

function outputExcess(job: JobRecord, results: readonly ResultRecord[]): JobError | undefined {
  const total = results.reduce((sum, result) => sum + BigInt(result.sizeBytes), 0n)
  if (total <= job.outputLimitBytes) return undefined
  return {
    reason: 'OUTPUT_LIMIT_EXCEEDED',
    message: `The results are ${total} bytes together; a job may write ${job.outputLimitBytes}. Ask for less in one job.`,
    transient: false,
  }
}
