import type { JobRecord } from './job.ts'
import { moveJob } from './job-changes.ts'
import { enqueueTasks } from './job-queue.ts'
import type { Database } from './sql.ts'

/** Queues a locked job that is planned: its tasks may be taken from then on. */
export async function queueJob(database: Database, job: JobRecord): Promise<JobRecord> {
  const queued = await moveJob(database, job, { to: 'QUEUED' })
  await enqueueTasks(database, job.id)
  return queued
}
