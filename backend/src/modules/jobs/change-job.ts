import type { DataSource, EntityManager } from 'typeorm'
import { validate } from 'uuid'
import { inTransaction } from '../../database/index.ts'
import type { JobRecord } from './job.ts'
import { findJob } from './job-store.ts'
import { jobNotFound } from './jobs-errors.ts'

/** Changes a job of an organisation under its lock; NOT_FOUND for another's, and one that was deleted. */
export async function changeJob<Result>(
  dataSource: DataSource,
  organizationId: string,
  jobId: string,
  change: (manager: EntityManager, job: JobRecord) => Promise<Result>,
): Promise<Result> {
  if (!validate(jobId)) throw jobNotFound()
  return inTransaction(dataSource, async (manager) => {
    const locked = await findJob(manager, organizationId, jobId, 'lock')
    if (locked === undefined) throw jobNotFound()
    return change(manager, locked)
  })
}

export async function readJob(
  dataSource: DataSource,
  organizationId: string,
  jobId: string,
): Promise<JobRecord> {
  const job = validate(jobId) ? await findJob(dataSource, organizationId, jobId) : undefined
  if (job === undefined) throw jobNotFound()
  return job
}
