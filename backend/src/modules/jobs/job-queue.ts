import { type Database, rows } from './sql.ts'

/*
 * A task that waits in job_tasks with a queued_at *is* its entry in the queue; there is no second one. What is here
 * puts tasks in and takes them out, under the lock of their job's row, which the caller holds.
 */

/** PostgreSQL channel that tells workers: of tasks to take by an empty payload, of a worker's new state by its id. */
export const workersChannel = 'fairlead_workers'

/** Identifier of timed work in graphile-worker's queue. */
export const cleanUpWork = 'jobs.clean_up'

export interface CleanUpWork {
  readonly job: string
}

/** Wakes workers when the transaction commits: there may be work. */
export async function wakeWorkers(database: Database): Promise<void> {
  await rows(database, `select pg_notify('${workersChannel}', '')`, [])
}

/**
 * Puts the waiting tasks of a job into the queue, in the place that the job's queue_time gives them: those of a
 * PENDING job that is run, and of a HELD or SUSPENDED one that is released. Call it after the move of the job.
 */
export async function enqueueTasks(database: Database, jobId: string): Promise<void> {
  await rows(
    database,
    `update job_tasks set queued_at = jobs.queue_time
     from jobs where jobs.id = $1 and job_tasks.job_id = $1 and state = 'WAITING'`,
    [jobId],
  )
  await wakeWorkers(database)
}

/** Takes the waiting tasks of a job out of the queue, as for a QUEUED one that becomes HELD. */
export async function dequeueTasks(database: Database, jobId: string): Promise<void> {
  await rows(
    database,
    `update job_tasks set queued_at = null where job_id = $1 and state = 'WAITING' and queued_at is not null`,
    [jobId],
  )
}

/**
 * Takes everything of a job off its workers and out of the queue, as for an EXECUTING one that the operator makes
 * SUSPENDED. What ran begins anew later, and the attempt does not count. Workers stop what runs when they see the
 * job's SUSPENDED.
 */
export async function handBackTasks(database: Database, jobId: string, message: string): Promise<void> {
  await rows(
    database,
    // Locked rows are read as they are once the lock is had: a claim that was faster is handed back with the others.
    `with given as (
       select index, attempt, lease_owner, attempt_start_time, state from job_tasks
       where job_id = $1 and state in ('WAITING', 'RUNNING') for update
     ), kept as (
       insert into job_task_attempts (job_id, index, number, worker, start_time, reason, message, transient)
       select $1, index, attempt, lease_owner, coalesce(attempt_start_time, now()), 'RELEASED', $2, true
       from given where state = 'RUNNING'
     )
     update job_tasks set state = 'WAITING', queued_at = null, lease_owner = null, lease_expires_at = null
     from given where job_tasks.job_id = $1 and job_tasks.index = given.index`,
    [jobId, message],
  )
}

/**
 * Puts tasks whose back-off is over back into the queue. Rows that others are changing are left for the next time:
 * whoever locks tasks without their job's row must never wait for one.
 */
export async function enqueueRetries(database: Database): Promise<number> {
  const ready = await rows(
    database,
    `update job_tasks set ready_at = null
     where (job_id, index) in (
       select job_id, index from job_tasks where state = 'WAITING' and ready_at <= now()
       order by ready_at limit 1000 for update skip locked
     )
     returning index`,
    [],
  )
  return ready.length
}

/** Queues the removal of content that the job's end left behind; once, however often it is asked for. */
export async function enqueueCleanUp(database: Database, jobId: string, delayMs: number): Promise<void> {
  await rows(
    database,
    `select graphile_worker.add_job($1::text, json_build_object('job', $2::text), null,
       now() + $3::double precision * interval '1 ms', null, $4::text)`,
    [cleanUpWork, jobId, delayMs, `clean_up:${jobId}`],
  )
}
