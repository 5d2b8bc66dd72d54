import type { TaskOutput } from './job.ts'
import { recordChange } from './job-changes.ts'
import { jobColumns } from './job-rows.ts'
import { mayMove } from './phase-transitions.ts'
import { type Database, rows } from './sql.ts'

/** One attempt of a task, as its worker holds it: every write it makes is fenced by these. */
export interface Attempt {
  readonly jobId: string
  readonly index: number
  readonly attempt: number
  readonly worker: string
}

export interface ClaimedTask extends Attempt {
  readonly service: string
  readonly payload: unknown
  readonly taskCount: number
  readonly memoryLimitBytes: number
  readonly outputLimitBytes: number
  /** What is left of the job's execution duration, by the database's clock. */
  readonly remainingMs: number
}

interface ClaimRow {
  attempt: number
  service: string
  payload: unknown
  task_count: number
  memory_limit_bytes: string
  output_limit_bytes: string
  remaining_ms: number
}

/**
 * Takes a waiting task for a worker, and makes its job EXECUTING when it is the first: one statement, and
 * so one round trip and one commit between the queue and what watchers see. The job's row is locked before
 * the task's, as everywhere. Undefined when the task does not wait, or the job has ended.
 */
export async function claimTask(
  database: Database,
  work: { readonly jobId: string; readonly index: number; readonly worker: string; readonly leaseMs: number },
): Promise<ClaimedTask | undefined> {
  if (!mayMove('QUEUED', 'EXECUTING')) throw new Error('the transition table has lost QUEUED to EXECUTING')
  const claimed = await rows<ClaimRow>(
    database,
    `with job as (
       select * from jobs
       where id = $1 and phase in ('QUEUED', 'EXECUTING') and delete_time is null
       for update
     ), claimed as (
       update job_tasks set
         state = 'RUNNING', attempt = job_tasks.attempt + 1, lease_owner = $3,
         lease_expires_at = now() + $4::double precision * interval '1 ms',
         start_time = coalesce(job_tasks.start_time, now()),
         error_reason = null, error_message = null, error_transient = null
       from job
       where job_tasks.job_id = job.id and job_tasks.index = $2 and job_tasks.state = 'WAITING'
       returning job_tasks.job_id, job_tasks.attempt, job_tasks.payload
     ), moved as (
       update jobs set
         phase = 'EXECUTING', version = version + 1, last_sequence = last_sequence + 1, start_time = now(),
         deadline_time = now() + execution_duration_ms * interval '1 ms'
       from claimed
       where jobs.id = claimed.job_id and jobs.phase = 'QUEUED'
       returning ${jobColumns}, jobs.deadline_time
     ), ${recordChange('moved', '$5', '$6')}
     select claimed.attempt, claimed.payload, job.service, job.task_count, job.memory_limit_bytes,
       job.output_limit_bytes,
       extract(epoch from coalesce(moved.deadline_time, job.deadline_time) - now())::double precision * 1000
         as remaining_ms,
       -- read, or else the planner leaves the notification out
       (select count(*) from notified) as notices
     from claimed join job on true left join moved on true`,
    [
      work.jobId,
      work.index,
      work.worker,
      work.leaseMs,
      JSON.stringify([{ kind: 'phase', payload: { phase: 'EXECUTING' } }]),
      'jobs.executing',
    ],
  )
  const row = claimed[0]
  if (row === undefined) return undefined
  return {
    jobId: work.jobId,
    index: work.index,
    worker: work.worker,
    attempt: row.attempt,
    service: row.service,
    payload: row.payload,
    taskCount: row.task_count,
    memoryLimitBytes: Number(row.memory_limit_bytes),
    outputLimitBytes: Number(row.output_limit_bytes),
    remainingMs: row.remaining_ms,
  }
}

const fence = `job_id = $1 and index = $2 and attempt = $3 and lease_owner = $4 and state = 'RUNNING'`

function fenceValues(attempt: Attempt): unknown[] {
  return [attempt.jobId, attempt.index, attempt.attempt, attempt.worker]
}

/** Renews the leases of a worker's attempts; returns those that it still holds. */
export async function renewLeases(
  database: Database,
  worker: string,
  attempts: readonly Attempt[],
  leaseMs: number,
): Promise<{ jobId: string; index: number; attempt: number }[]> {
  const kept = await rows<{ job_id: string; index: number; attempt: number }>(
    database,
    `update job_tasks set lease_expires_at = now() + $2::double precision * interval '1 ms'
     from unnest($3::uuid[], $4::int[], $5::int[]) as held (job_id, index, attempt)
     where job_tasks.job_id = held.job_id and job_tasks.index = held.index
       and job_tasks.attempt = held.attempt and lease_owner = $1 and state = 'RUNNING'
     returning job_tasks.job_id, job_tasks.index, job_tasks.attempt`,
    [
      worker,
      leaseMs,
      attempts.map((each) => each.jobId),
      attempts.map((each) => each.index),
      attempts.map((each) => each.attempt),
    ],
  )
  return kept.map((row) => ({ jobId: row.job_id, index: row.index, attempt: row.attempt }))
}

/** Notes how far an attempt is; returns by how much that is further than any before, undefined when lost. */
export async function recordTaskProgress(
  database: Database,
  attempt: Attempt,
  progress: number,
): Promise<number | undefined> {
  const noted = await rows<{ gain: number }>(
    database,
    `with before as (select progress as reached from job_tasks where ${fence} for update)
     update job_tasks set progress = greatest(progress, $5) from before where ${fence}
     returning progress - reached as gain`,
    [...fenceValues(attempt), progress],
  )
  return noted[0]?.gain
}

/** Ends an attempt well. False when it had lost its lease: then nothing of it may be shown. */
export async function markTaskCompleted(
  database: Database,
  attempt: Attempt,
  outputs: readonly TaskOutput[],
): Promise<boolean> {
  const marked = await rows(
    database,
    `update job_tasks set state = 'COMPLETED', lease_owner = null, lease_expires_at = null, progress = 1,
       end_time = now(), outputs = $5::jsonb
     where ${fence} returning index`,
    [...fenceValues(attempt), JSON.stringify(outputs)],
  )
  return marked.length > 0
}

/** Gives an attempt's task back to the queue; `failed` counts it against the task's limit. */
export async function markTaskWaiting(
  database: Database,
  attempt: Attempt,
  failed: boolean,
): Promise<boolean> {
  const marked = await rows(
    database,
    `update job_tasks set state = 'WAITING', lease_owner = null, lease_expires_at = null,
       failures = failures + $5::int
     where ${fence} returning index`,
    [...fenceValues(attempt), failed ? 1 : 0],
  )
  return marked.length > 0
}

export async function markTaskFailed(
  database: Database,
  attempt: Attempt,
  error: { reason: string; message: string; transient: boolean },
): Promise<boolean> {
  const marked = await rows(
    database,
    `update job_tasks set state = 'FAILED', lease_owner = null, lease_expires_at = null, end_time = now(),
       failures = failures + 1, error_reason = $5, error_message = $6, error_transient = $7
     where ${fence} returning index`,
    [...fenceValues(attempt), error.reason, error.message, error.transient],
  )
  return marked.length > 0
}

/**
 * How often an attempt's task has failed, and may; undefined when the attempt has lost its lease, or still has
 * one that was to be EXPIRED. The task is locked, so that this stays true.
 */
export async function attemptLimit(
  database: Database,
  attempt: Attempt,
  lease: 'ANY' | 'EXPIRED',
): Promise<{ failures: number; maxAttempts: number } | undefined> {
  const found = await rows<{ failures: number; max_attempts: number }>(
    database,
    `select failures, max_attempts from job_tasks
     where ${fence} ${lease === 'EXPIRED' ? 'and lease_expires_at < now()' : ''} for update`,
    fenceValues(attempt),
  )
  return found[0] === undefined
    ? undefined
    : { failures: found[0].failures, maxAttempts: found[0].max_attempts }
}

/** Cancels what has not ended of a job; returns the tasks that were waiting in the queue. */
export async function cancelTasks(database: Database, jobId: string): Promise<number[]> {
  const cancelled = await rows<{ index: number; attempt: number; was: string }>(
    database,
    `with open as (
       select index, state from job_tasks where job_id = $1 and state in ('WAITING', 'RUNNING') for update
     )
     update job_tasks set state = 'CANCELLED', lease_owner = null, lease_expires_at = null, end_time = now()
     from open where job_id = $1 and job_tasks.index = open.index
     returning job_tasks.index, open.state as was`,
    [jobId],
  )
  return cancelled.filter((row) => row.was === 'WAITING').map((row) => row.index)
}

/** How each task of a job ended, in the plan's order. */
export interface TaskOutcome {
  readonly index: number
  readonly displayName: string
  readonly payload: unknown
  /** Undefined when the task failed. */
  readonly outputs: readonly TaskOutput[] | undefined
  readonly error:
    | { readonly reason: string; readonly message: string; readonly transient: boolean }
    | undefined
  readonly attempts: number
}

export async function taskOutcomes(database: Database, jobId: string): Promise<TaskOutcome[]> {
  const found = await rows<{
    index: number
    display_name: string
    payload: unknown
    attempt: number
    outputs: TaskOutput[] | null
    error_reason: string | null
    error_message: string | null
    error_transient: boolean | null
  }>(
    database,
    `select index, display_name, payload, attempt, outputs, error_reason, error_message, error_transient
     from job_tasks where job_id = $1 order by index`,
    [jobId],
  )
  return found.map((row) => ({
    index: row.index,
    displayName: row.display_name,
    payload: row.payload,
    attempts: row.attempt,
    outputs: row.outputs ?? undefined,
    error:
      row.error_reason === null
        ? undefined
        : {
            reason: row.error_reason,
            message: row.error_message ?? '',
            transient: row.error_transient ?? false,
          },
  }))
}
