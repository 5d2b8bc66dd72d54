import type { EntityManager } from 'typeorm'
import { type EndedCharge, settleCharges } from './charging/settle-charges.ts'
import { useOfStopped } from './charging/use-of-stopped.ts'
import type { JobError, JobEventBody, JobRecord, ResultRecord } from './job.ts'
import { moveJob } from './job-changes.ts'
import { enqueueCleanUp } from './job-queue.ts'
import { type JobRow, jobColumns, jobOf } from './job-rows.ts'
import { insertResults, nameResults } from './result-store.ts'
import { keepsOutputs, OUTPUTS_KEPT_DAYS } from './retry/keeps-outputs.ts'
import { rows } from './sql.ts'
import { cancelTasks, type TaskOutcome, taskOutcomes } from './task-store.ts'

/* How jobs end. Everything is done under the lock of the job's row, which the caller holds. */

/** Content of attempts that were not published is removed after this: by then their writers are gone. */
const CLEAN_UP_DELAY_MS = 60_000

/**
 * Ends a locked job that is to run no further, with everything of it that runs or waits, and pays for what it used or
 * releases what it holds of credits. The last work of a transaction that locks several jobs, or rows of theirs.
 *
 * @param actorId the user who asked for it, if one did
 */
export async function stopJob(
  manager: EntityManager,
  job: JobRecord,
  to: 'ERROR' | 'ABORTED',
  error: JobError,
  actorId?: string,
): Promise<JobRecord> {
  const ended = await stop(manager, job, to, error, actorId)
  const settled = await settleCharges(manager, [ended])
  return settled.get(job.id) ?? ended.job
}

async function stop(
  manager: EntityManager,
  job: JobRecord,
  to: 'ERROR' | 'ABORTED',
  error: JobError,
  actorId?: string,
): Promise<EndedCharge> {
  const ended = await limitOutputs(
    manager,
    await moveJob(manager, job, { to, error, ...(actorId === undefined ? {} : { actorId }) }),
  )
  await cancelTasks(manager, job.id)
  await enqueueCleanUp(manager, job.id, CLEAN_UP_DELAY_MS)
  return { job: ended, ...(await useOfStopped(manager, ended)) }
}

/** What is kept of a job for another try goes before its results would have; whoever moves the job tells of it. */
async function limitOutputs(manager: EntityManager, ended: JobRecord): Promise<JobRecord> {
  const [limited] = await rows<JobRow>(
    manager,
    `update jobs set destruction_time = least(destruction_time, now() + $2 * interval '1 day')
     where id = $1 and ${keepsOutputs} returning ${jobColumns}`,
    [ended.id, OUTPUTS_KEPT_DAYS],
  )
  return limited === undefined ? ended : jobOf(limited)
}

/** Ends a locked job that needs all its tasks when one of them has failed; to be settled before the transaction commits. */
export async function failJob(manager: EntityManager, job: JobRecord, error: JobError): Promise<EndedCharge> {
  return stop(manager, job, 'ERROR', error)
}

/** What became of a job when one of its tasks ended. */
export interface TasksEnd {
  /** Tasks of it may begin that could not before. */
  readonly unblocked: boolean
  /** Set when the job has ended, which is to be settled before the transaction commits. */
  readonly ended: EndedCharge | undefined
}

const goesOn: TasksEnd = { unblocked: false, ended: undefined }

/** Ends a job whose tasks have all ended, or lets its collect begin when only that is left. */
export async function endJobWithLastTask(manager: EntityManager, job: JobRecord): Promise<TasksEnd> {
  const open = job.taskCount - job.tasksCompleted - job.tasksFailed
  if (open > 0 && job.needsAllTasks && (await unblockTasks(manager, job)))
    return { ...goesOn, unblocked: true }
  if (open > 1) return goesOn
  if (open === 1) {
    if (job.tasksCompleted > 0) return { ...goesOn, unblocked: await unblockCollect(manager, job) }
    if (!(await collectIsBlocked(manager, job))) return goesOn
    const outcomes = await taskOutcomes(manager, job.id)
    return { ...goesOn, ended: await stop(manager, job, 'ERROR', errorOfAll(failedOf(outcomes))) }
  }
  return { ...goesOn, ended: await endJob(manager, job) }
}

/** Puts tasks into the queue whose needs have completed. Whoever completes the last of them holds the job's lock. */
async function unblockTasks(manager: EntityManager, job: JobRecord): Promise<boolean> {
  const unblocked = await rows(
    manager,
    `update job_tasks as task set state = 'WAITING', queued_at = jobs.queue_time
     from jobs where jobs.id = $1 and task.job_id = $1 and task.state = 'BLOCKED' and not task.collect
       and not exists (
         select from job_tasks as need
         where need.job_id = $1 and need.index = any(task.needs) and need.state <> 'COMPLETED')
     returning task.index`,
    [job.id],
  )
  return unblocked.length > 0
}

/** The collecting task is a job's last. */
async function unblockCollect(manager: EntityManager, job: JobRecord): Promise<boolean> {
  const unblocked = await rows(
    manager,
    `update job_tasks set state = 'WAITING', queued_at = jobs.queue_time
     from jobs where jobs.id = $1 and job_id = $1 and index = $2 and state = 'BLOCKED' and collect
     returning index`,
    [job.id, job.taskCount - 1],
  )
  return unblocked.length > 0
}

async function collectIsBlocked(manager: EntityManager, job: JobRecord): Promise<boolean> {
  const blocked = await rows(
    manager,
    `select index from job_tasks where job_id = $1 and index = $2 and state = 'BLOCKED' and collect`,
    [job.id, job.taskCount - 1],
  )
  return blocked.length > 0
}

function failedOf(outcomes: readonly TaskOutcome[]): TaskOutcome[] {
  return outcomes.filter(({ error }) => error !== undefined)
}

async function endJob(manager: EntityManager, job: JobRecord): Promise<EndedCharge> {
  const outcomes = await taskOutcomes(manager, job.id)
  const failed = failedOf(outcomes)
  const collect = outcomes.find((outcome) => outcome.collect)
  const publishing = collect === undefined ? outcomes.filter(({ publish }) => publish) : [collect]
  const published = publishing.flatMap(({ index, outputs }) =>
    (outputs ?? []).map((output) => ({ ...output, taskIndex: index })),
  )
  const results = nameResults(published)
  const error =
    collect?.error ??
    (job.tasksCompleted === 0 ? errorOfAll(failed) : undefined) ??
    outputExcess(job, results)
  if (error !== undefined) {
    const failedJob = await moveJob(manager, job, { to: 'ERROR', error })
    await enqueueCleanUp(manager, job.id, CLEAN_UP_DELAY_MS)
    return { job: failedJob, ...(await useOfStopped(manager, failedJob)) }
  }
  await insertResults(manager, job.id, results)
  const completed = await moveJob(manager, job, {
    to: 'COMPLETED',
    before: [
      ...failureLines(job, collect === undefined ? job.taskCount : job.taskCount - 1, failed),
      ...results.map((result): JobEventBody => ({ kind: 'result', payload: result })),
    ],
  })
  const made = outcomes.reduce((sum, { outputs }) => sum + (outputs?.length ?? 0), 0)
  const wasted = outcomes.some(({ attempts, seconds }) => attempts > (seconds === undefined ? 0 : 1))
  if (wasted || made > results.length) {
    await enqueueCleanUp(manager, job.id, CLEAN_UP_DELAY_MS)
  }
  return { job: completed, use: useOf(outcomes, results) }
}

/** What is paid for: the attempts that completed their tasks, and what of theirs is published. */
function useOf(outcomes: readonly TaskOutcome[], results: readonly ResultRecord[]): EndedCharge['use'] {
  const kept = new Set(outcomes.filter((outcome) => outcome.kept).map(({ index }) => index))
  return {
    taskSeconds: outcomes.reduce((sum, { seconds }) => sum + BigInt(seconds ?? 0), 0n),
    outputBytes: sizeOf(results.filter(({ taskIndex }) => !kept.has(taskIndex))),
  }
}

function sizeOf(results: readonly ResultRecord[]): bigint {
  return results.reduce((sum, result) => sum + BigInt(result.sizeBytes), 0n)
}

function errorOfAll(failed: readonly TaskOutcome[]): JobError {
  const first = failed[0]?.error
  if (first === undefined) throw new Error('a job without completed tasks has no failed one either')
  if (failed.length === 1) return first
  return { ...first, message: `All ${failed.length} tasks failed. The first: ${first.message}` }
}

function failureLines(job: JobRecord, taskCount: number, failed: readonly TaskOutcome[]): JobEventBody[] {
  if (failed.length === 0) return []
  const summary = `${job.tasksFailed} of ${taskCount} tasks failed; the results of the others follow.`
  return [
    { kind: 'log', payload: { task: -1, text: summary } },
    ...failed.slice(0, 20).map((outcome): JobEventBody => {
      const text = `${outcome.displayName}: ${outcome.error?.message}`
      return { kind: 'log', payload: { task: outcome.index, text } }
    }),
  ]
}

function outputExcess(job: JobRecord, results: readonly ResultRecord[]): JobError | undefined {
  const total = sizeOf(results)
  if (total <= job.outputLimitBytes) return undefined
  return {
    reason: 'OUTPUT_LIMIT_EXCEEDED',
    message: `The results are ${total} bytes together; a job may write ${job.outputLimitBytes}. Ask for less in one job.`,
    transient: false,
  }
}
