import type { TaskOutput } from './job.ts'
import type { CollectInput } from './services/collect-tasks.ts'
import { type Database, rows } from './sql.ts'

/** One attempt of a task, as its worker holds it: every write it makes is fenced by these. */
export interface Attempt {
  readonly jobId: string
  readonly index: number
  readonly attempt: number
  readonly worker: string
}

const fence = `job_id = $1 and index = $2 and attempt = $3 and lease_owner = $4 and state = 'RUNNING'`

function fenceValues(attempt: Attempt): unknown[] {
  return [attempt.jobId, attempt.index, attempt.attempt, attempt.worker]
}

/**
 * Renews the leases of a worker's attempts; returns those that it still holds. Rows that are being changed are
 * not waited for: a statement that locks tasks of many jobs without the jobs' rows could close a circle. Such a
 * lease is renewed the next time, or lost by then.
 */
export async function renewLeases(
  database: Database,
  worker: string,
  attempts: readonly Attempt[],
  leaseMs: number,
): Promise<{ jobId: string; index: number; attempt: number }[]> {
  const held = await rows<{ job_id: string; index: number; attempt: number }>(
    database,
    `with held as (
       select job_tasks.job_id, job_tasks.index, job_tasks.attempt
       from job_tasks join unnest($3::uuid[], $4::int[], $5::int[]) as own (job_id, index, attempt)
         using (job_id, index, attempt)
       where lease_owner = $1 and state = 'RUNNING'
     ), free as (
       select job_id, index from job_tasks
       where (job_id, index) in (select job_id, index from held) and lease_owner = $1 and state = 'RUNNING'
       for update skip locked
     ), renewed as (
       update job_tasks set lease_expires_at = now() + $2::double precision * interval '1 ms'
       from free where job_tasks.job_id = free.job_id and job_tasks.index = free.index
     )
     select * from held`,
    [
      worker,
      leaseMs,
      attempts.map((each) => each.jobId),
      attempts.map((each) => each.index),
      attempts.map((each) => each.attempt),
    ],
  )
  return held.map((row) => ({ jobId: row.job_id, index: row.index, attempt: row.attempt }))
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

/**
 * Cancels what has not ended of a locked job. Of what runs elsewhere it notes what that has used by now, as far as a worker
 * has watched it.
 */
export async function cancelTasks(database: Database, jobId: string): Promise<void> {
  await rows(
    database,
    `update job_tasks set state = 'CANCELLED', queued_at = null, ready_at = null, lease_owner = null,
       lease_expires_at = null, end_time = now(),
       used_seconds = case when external and state = 'RUNNING'
         then task_used_seconds(job_id, index, failures + 1, least(now(), lease_expires_at)) end
     where job_id = $1 and state in ('BLOCKED', 'WAITING', 'RUNNING')`,
    [jobId],
  )
}

/** How each task of a job ended, in the plan's order. */
export interface TaskOutcome {
  readonly index: number
  readonly displayName: string
  readonly collect: boolean
  /** Undefined when the task failed. */
  readonly outputs: readonly TaskOutput[] | undefined
  readonly error:
    | { readonly reason: string; readonly message: string; readonly transient: boolean }
    | undefined
  readonly attempts: number
  /** Whether its files are results. */
  readonly publish: boolean
  /** Completed in the job that this one is a retry of. */
  readonly kept: boolean
  /**
   * What is paid for, begun seconds counting whole: what was used elsewhere, or else the running time of the attempt that
   * completed the task. Undefined when it failed.
   */
  readonly seconds: number | undefined
}

export async function taskOutcomes(database: Database, jobId: string): Promise<TaskOutcome[]> {
  const found = await rows<{
    index: number
    display_name: string
    collect: boolean
    attempt: number
    outputs: TaskOutput[] | null
    error_reason: string | null
    error_message: string | null
    error_transient: boolean | null
    publish: boolean
    kept: boolean
    seconds: number | null
  }>(
    database,
    // A clock that was set back meanwhile makes nothing of an attempt: it has begun a second.
    `select index, display_name, collect, attempt, outputs, error_reason, error_message, error_transient,
       publish, kept,
       case when state <> 'COMPLETED' then null when kept then 0 when used_seconds is not null then ceil(used_seconds)
         else greatest(1, ceil(extract(epoch from end_time - coalesce(attempt_start_time, start_time, end_time))))
       end::double precision as seconds
     from job_tasks where job_id = $1 order by index`,
    [jobId],
  )
  return found.map((row) => ({
    index: row.index,
    displayName: row.display_name,
    collect: row.collect,
    attempts: row.attempt,
    publish: row.publish,
    kept: row.kept,
    seconds: row.seconds ?? undefined,
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

/** What a job's collect is given: its parameters, and its tasks as they ended. */
export async function collectInput(database: Database, jobId: string): Promise<CollectInput> {
  const [job] = await rows<{ parameters: CollectInput['parameters'] }>(
    database,
    `select parameters from jobs where id = $1`,
    [jobId],
  )
  const tasks = await rows<{
    index: number
    display_name: string
    payload: unknown
    value: unknown
    error_reason: string | null
    error_message: string | null
  }>(
    database,
    `select index, display_name, payload, value, error_reason, error_message
     from job_tasks where job_id = $1 and not collect order by index`,
    [jobId],
  )
  return {
    parameters: job?.parameters ?? [],
    tasks: tasks.map((row) => ({
      index: row.index,
      displayName: row.display_name,
      payload: row.payload,
      value: row.value,
      ...(row.error_reason === null
        ? {}
        : { error: { reason: row.error_reason, message: row.error_message ?? '' } }),
    })),
  }
}
