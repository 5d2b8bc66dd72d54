import type { JobRecord } from './job.ts'
import { moveJob } from './job-changes.ts'
import { enqueueTasks } from './job-queue.ts'
import { type Database, rows } from './sql.ts'

/** Queues a locked job that is planned: its tasks may be taken from then on. */
export async function queueJob(database: Database, job: JobRecord): Promise<JobRecord> {
  const queued = await moveJob(database, job, { to: 'QUEUED' })
  await rows(
    database,
    `update job_tasks set queued_at = jobs.queue_time from jobs
     where jobs.id = $1 and job_id = jobs.id and state in ('WAITING', 'BLOCKED')`,
    [job.id],
  )
  await enqueueTasks(database, job.id, [...Array(job.taskCount).keys()])
  return queued
}
