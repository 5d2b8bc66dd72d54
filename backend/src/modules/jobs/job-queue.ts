import { type Database, rows } from './sql.ts'

/** Identifiers of the work in graphile-worker's queue. */
export const taskWork = 'jobs.task'
export const cleanUpWork = 'jobs.clean_up'

export interface TaskWork {
  readonly job: string
  readonly task: number
}

export interface CleanUpWork {
  readonly job: string
}

/** Queue keys are this and the task's index: one entry in the queue for each task. */
function taskKeyPrefix(jobId: string): string {
  return `task:${jobId}:`
}

/**
 * The call that queues tasks of a job, as SQL over expressions: the job's id as text, an int array of task
 * indices, and when to run. A task that is queued already is moved to the new time.
 */
export function addTasks(jobId: string, indices: string, runAt = 'null'): string {
  return `graphile_worker.add_jobs(array(
    select ('${taskWork}', json_build_object('job', ${jobId}, 'task', index), null, ${runAt}, null,
      'task:' || ${jobId} || ':' || index, null, null)::graphile_worker.job_spec
    from unnest(${indices}) as index
  ))`
}

export async function enqueueTasks(
  database: Database,
  jobId: string,
  indices: readonly number[],
  delayMs = 0,
): Promise<void> {
  const runAt = `case when $3::double precision > 0 then now() + $3::double precision * interval '1 ms' end`
  await rows(database, `select ${addTasks('$1::text', '$2::int[]', runAt)}`, [jobId, indices, delayMs])
}

/** Takes the tasks of a job that wait out of the queue. */
export async function dequeueTasks(
  database: Database,
  jobId: string,
  indices: readonly number[],
): Promise<void> {
  if (indices.length === 0) return
  await rows(
    database,
    `select graphile_worker.remove_job($1::text || index) from unnest($2::int[]) as index`,
    [taskKeyPrefix(jobId), indices],
  )
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
