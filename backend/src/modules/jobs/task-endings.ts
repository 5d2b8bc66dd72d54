import type { EntityManager } from 'typeorm'
import { type EndedCharge, settleCharges } from './charging/settle-charges.ts'
import type { JobError, JobEventBody, JobRecord, TaskOutput } from './job.ts'
import { appendEvents, recordChange } from './job-changes.ts'
import { endJobWithLastTask, failJob } from './job-endings.ts'
import { wakeWorkers } from './job-queue.ts'
import { type JobRow, jobColumns, jobOf } from './job-rows.ts'
import { hasEnded } from './phase-transitions.ts'
import { rows } from './sql.ts'
import type { Attempt } from './task-store.ts'

/*
 * How attempts and tasks end, and jobs with their last task. Everything is done under the lock of the job's row, which is taken before any
 * task's, and of several jobs in the order of their ids: two batches of endings never wait for each other in a
 * circle, and of two endings of one job the second sees what the first has done. Jobs that end are paid for together,
 * after everything else: accounts of credits are locked last, and nobody who has one waits for a job.
 */

/** A task that was running when its worker was lost is begun anew this often at most: it may be what kills them. */
export const LOSSES_MAX = 5

/** A back-off doubles from the first to the last of these, and a random share is added so that not all come at once. */
const FIRST_BACK_OFF_MS = 1_000
const LAST_BACK_OFF_MS = 60_000
const BACK_OFF_JITTER = 0.25

export type AttemptEnd =
  | {
      readonly kind: 'completed'
      readonly outputs: readonly TaskOutput[]
      readonly value: unknown /** What is paid for. Default: the attempt's running time. */
      readonly usedSeconds?: number
    }
  | { readonly kind: 'failed'; readonly error: JobError }
  /** Its worker is gone: counts only if the lease has run out by now. */
  | { readonly kind: 'lost' }
  /** Handed back unfinished, for any worker to take at once; costs the task nothing. */
  | { readonly kind: 'released'; readonly began: boolean }

export interface Ending {
  readonly attempt: Attempt
  readonly end: AttemptEnd
}

const workerLost: JobError = {
  reason: 'WORKER_LOST',
  message: 'The worker that ran the task ended or cannot be reached.',
  transient: true,
}

/**
 * Ends attempts, of any jobs, and with the last ones their jobs. Tells of each, in order, whether it counted: an
 * attempt that had lost its task, or whose job has ended, changes nothing.
 */
export async function endAttempts(manager: EntityManager, endings: readonly Ending[]): Promise<boolean[]> {
  const jobs = await lockJobs(manager, [...new Set(endings.map(({ attempt }) => attempt.jobId))])
  const open = endings.filter(({ attempt }) => jobs.has(attempt.jobId))
  const counted = new Set<string>()
  const counts = new Map<string, { completed: number; failed: number }>()
  const count = (jobId: string, as: 'completed' | 'failed') => {
    const before = counts.get(jobId) ?? { completed: 0, failed: 0 }
    counts.set(jobId, { ...before, [as]: before[as] + 1 })
  }

  for (const { jobId, index } of await completeTasks(manager, open)) {
    counted.add(taskKey(jobId, index))
    count(jobId, 'completed')
  }
  const verdicts = await judge(manager, open)
  await applyVerdicts(manager, verdicts)
  for (const { attempt, state } of verdicts) {
    counted.add(taskKey(attempt.jobId, attempt.index))
    if (state === 'FAILED') count(attempt.jobId, 'failed')
  }
  // Before jobs are counted, and ended as they are then.
  for (const [jobId, lines] of retryLines(verdicts)) await appendEvents(manager, jobId, lines)
  const changed = await countTasks(manager, counts)
  let wakes = verdicts.some(({ state, delayMs }) => state === 'WAITING' && delayMs === 0)
  const ended: EndedCharge[] = []
  for (const job of changed) {
    const failure = job.needsAllTasks ? failureOf(job, verdicts) : undefined
    if (failure !== undefined) {
      ended.push(await failJob(manager, job, failure))
      continue
    }
    const end = await endJobWithLastTask(manager, job)
    wakes = wakes || end.unblocked
    if (end.ended !== undefined) ended.push(end.ended)
  }
  if (wakes) await wakeWorkers(manager)
  await settleCharges(manager, ended)
  return endings.map(({ attempt }) => counted.has(taskKey(attempt.jobId, attempt.index)))
}

/** Why a job ends that needs all its tasks: the first of them that failed, by its name. */
function failureOf({ id }: JobRecord, verdicts: readonly Verdict[]): JobError | undefined {
  const [first] = verdicts
    .filter(({ attempt, state }) => attempt.jobId === id && state === 'FAILED')
    .sort((one, other) => one.attempt.index - other.attempt.index)
  if (first === undefined) return undefined
  return { ...first.exit, message: `${first.displayName} failed: ${first.exit.message}` }
}

function taskKey(jobId: string, index: number): string {
  return `${jobId}/${index}`
}

/** Locks those of the jobs that have not ended, in the order of their ids. */
async function lockJobs(manager: EntityManager, ids: readonly string[]): Promise<Map<string, JobRecord>> {
  const found = await rows<JobRow>(
    manager,
    `select ${jobColumns} from jobs where id = any($1::uuid[]) and delete_time is null order by id for update`,
    [ids],
  )
  return new Map(
    found
      .map(jobOf)
      .filter(({ phase }) => !hasEnded(phase))
      .map((job) => [job.id, job]),
  )
}

async function completeTasks(
  manager: EntityManager,
  endings: readonly Ending[],
): Promise<{ jobId: string; index: number }[]> {
  const completed = endings.flatMap(({ attempt, end }) =>
    end.kind === 'completed'
      ? {
          ...row(attempt),
          outputs: end.outputs,
          value: end.value ?? null,
          used_seconds: end.usedSeconds ?? null,
        }
      : [],
  )
  if (completed.length === 0) return []
  const marked = await rows<{ job_id: string; index: number }>(
    manager,
    `update job_tasks set state = 'COMPLETED', lease_owner = null, lease_expires_at = null, progress = 1,
       end_time = now(), outputs = ended.outputs, value = nullif(ended.value, 'null'::jsonb),
       used_seconds = ended.used_seconds
     from jsonb_to_recordset($1::jsonb)
       as ended (job_id uuid, index int, attempt int, worker text, outputs jsonb, value jsonb,
         used_seconds double precision)
     where ${fencedBy('ended')}
     returning job_tasks.job_id, job_tasks.index`,
    [JSON.stringify(completed)],
  )
  return marked.map((each) => ({ jobId: each.job_id, index: each.index }))
}

function row({ jobId, index, attempt, worker }: Attempt) {
  return { job_id: jobId, index, attempt, worker }
}

function fencedBy(ended: string): string {
  return `job_tasks.job_id = ${ended}.job_id and job_tasks.index = ${ended}.index
    and job_tasks.attempt = ${ended}.attempt and job_tasks.lease_owner = ${ended}.worker
    and job_tasks.state = 'RUNNING'`
}

/** What becomes of a task whose attempt did not complete it. */
interface Verdict {
  readonly attempt: Attempt
  /** Of the task. */
  readonly displayName: string
  readonly end: AttemptEnd
  readonly state: 'WAITING' | 'FAILED'
  /** How the attempt ended. */
  readonly exit: JobError
  /** Until it may be taken again. */
  readonly delayMs: number
  /** The attempt had been begun: one that was not leaves no trace. */
  readonly began: boolean
}

/** Locks the tasks of attempts that did not complete them, and decides; those that are no longer theirs are left out. */
async function judge(manager: EntityManager, endings: readonly Ending[]): Promise<Verdict[]> {
  const incomplete = endings.filter(({ end }) => end.kind !== 'completed')
  if (incomplete.length === 0) return []
  const found = await rows<{
    job_id: string
    index: number
    display_name: string
    failures: number
    losses: number
    max_attempts: number
  }>(
    manager,
    `select job_tasks.job_id, job_tasks.index, display_name, failures, losses, max_attempts
     from job_tasks join jsonb_to_recordset($1::jsonb)
       as ended (job_id uuid, index int, attempt int, worker text, lost boolean) on ${fencedBy('ended')}
     where not ended.lost or lease_expires_at < now()
     for update of job_tasks`,
    [JSON.stringify(incomplete.map(({ attempt, end }) => ({ ...row(attempt), lost: end.kind === 'lost' })))],
  )
  const tasks = new Map(found.map((task) => [taskKey(task.job_id, task.index), task]))
  return incomplete.flatMap(({ attempt, end }): Verdict[] => {
    const task = tasks.get(taskKey(attempt.jobId, attempt.index))
    if (task === undefined) return []
    const verdict = { attempt, displayName: task.display_name, end, delayMs: 0, began: true }
    switch (end.kind) {
      case 'failed': {
        const again = end.error.transient && task.failures + 1 < task.max_attempts
        const delayMs = again ? backOffMs(task.failures) : 0
        return [{ ...verdict, state: again ? 'WAITING' : 'FAILED', exit: end.error, delayMs }]
      }
      case 'lost': {
        const again = task.losses + 1 < LOSSES_MAX
        return [{ ...verdict, state: again ? 'WAITING' : 'FAILED', exit: again ? workerLost : lostTooOften }]
      }
      case 'released':
        return [{ ...verdict, state: 'WAITING', exit: released, began: end.began }]
      case 'completed':
        return []
      default: {
        const never: never = end
        throw new Error(`an attempt of unknown end ${String(never)}`)
      }
    }
  })
}

const released: JobError = {
  reason: 'RELEASED',
  message: 'The worker handed the task back before its end.',
  transient: true,
}

const lostTooOften: JobError = {
  ...workerLost,
  message: `${workerLost.message} That has happened ${LOSSES_MAX} times, so that the task itself may be the cause.`,
}

function backOffMs(failures: number): number {
  const plain = Math.min(LAST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** failures)
  return Math.round(plain * (1 + BACK_OFF_JITTER * Math.random()))
}

async function applyVerdicts(manager: EntityManager, verdicts: readonly Verdict[]): Promise<void> {
  if (verdicts.length === 0) return
  const given = verdicts.map(({ attempt, end, state, exit, delayMs, began }) => ({
    ...row(attempt),
    state,
    began,
    failed: end.kind === 'failed' ? 1 : 0,
    lost: end.kind === 'lost' ? 1 : 0,
    delay_ms: delayMs,
    ...exit,
  }))
  const columns = `(job_id uuid, index int, attempt int, worker text, state text, began boolean, failed int,
    lost int, delay_ms double precision, reason text, message text, transient boolean)`
  await rows(
    manager,
    `with ended as (
       select * from jsonb_to_recordset($1::jsonb) as ended ${columns}
     ), kept as (
       insert into job_task_attempts (job_id, index, number, worker, start_time, reason, message, transient)
       select ended.job_id, ended.index, ended.attempt, ended.worker,
         coalesce(attempt_start_time, start_time, now()), reason, message, transient
       from ended join job_tasks on job_tasks.job_id = ended.job_id and job_tasks.index = ended.index
       where began
     )
     update job_tasks set
       state = ended.state, lease_owner = null, lease_expires_at = null,
       attempt = case when began then job_tasks.attempt else job_tasks.attempt - 1 end,
       start_time = case when began or job_tasks.attempt > 1 then start_time end,
       failures = failures + failed, losses = losses + lost,
       ready_at = case when delay_ms > 0 then now() + delay_ms * interval '1 ms' end,
       end_time = case when ended.state = 'FAILED' then now() end,
       used_seconds = case when ended.state = 'FAILED' and external
         then task_used_seconds(job_tasks.job_id, job_tasks.index, failures + 1, now()) end,
       error_reason = case when ended.state = 'FAILED' then reason end,
       error_message = case when ended.state = 'FAILED' then message end,
       error_transient = case when ended.state = 'FAILED' then transient end
     from ended
     where job_tasks.job_id = ended.job_id and job_tasks.index = ended.index`,
    [JSON.stringify(given)],
  )
}

function retryLines(verdicts: readonly Verdict[]): Map<string, JobEventBody[]> {
  const lines = new Map<string, JobEventBody[]>()
  for (const { attempt, end, state, exit, delayMs } of verdicts) {
    if (state !== 'WAITING' || end.kind === 'released') continue
    const when = delayMs > 0 ? ` Again in ${(delayMs / 1000).toFixed(1)} s.` : ''
    const text = `attempt ${attempt.attempt} failed: ${exit.message}${when}`
    const line: JobEventBody = { kind: 'log', payload: { task: attempt.index, text } }
    lines.set(attempt.jobId, [...(lines.get(attempt.jobId) ?? []), line])
  }
  return lines
}

/**
 * Counts ended tasks; a job's progress is at least the share of those. Tells of the progress of jobs that go on,
 * and returns the jobs in the order of their ids.
 */
async function countTasks(
  manager: EntityManager,
  counts: ReadonlyMap<string, { completed: number; failed: number }>,
): Promise<JobRecord[]> {
  if (counts.size === 0) return []
  const counted = await rows<JobRow>(
    manager,
    `with given as (
       select * from jsonb_to_recordset($1::jsonb) as given (id uuid, completed int, failed int)
     ), counted as (
       update jobs set
         version = version + 1, tasks_completed = tasks_completed + completed,
         tasks_failed = tasks_failed + failed,
         progress = greatest(progress,
           (tasks_completed + tasks_failed + completed + failed)::double precision / task_count),
         last_sequence = last_sequence
           + case when tasks_completed + tasks_failed + completed + failed < task_count then 1 else 0 end
       from given where jobs.id = given.id
       returning ${jobColumns}
     ), going as (
       select * from counted where tasks_completed + tasks_failed < task_count
     ), ${recordChange(
       'going',
       `jsonb_build_array(jsonb_build_object('kind', 'progress',
          'payload', jsonb_build_object('progress', going.progress)))`,
     )}
     select counted.*, (select count(*) from notified) as notices from counted order by id`,
    [JSON.stringify([...counts].map(([id, each]) => ({ id, ...each })))],
  )
  return counted.map(jobOf)
}
