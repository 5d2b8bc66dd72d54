import type { DataSource } from 'typeorm'
import type { JobRecord, ResultRecord } from './job.ts'
import { listResults } from './job-store.ts'
import type { ShareRecord } from './sharing/share-rows.ts'
import { listShares } from './sharing/share-store.ts'

export interface JobWithResults {
  readonly job: JobRecord
  readonly results: readonly ResultRecord[]
  /** Oldest first. */
  readonly shares: readonly ShareRecord[]
}

/** A job as it was just read or changed, with what belongs to it. */
export async function wholeJob(dataSource: DataSource, job: JobRecord): Promise<JobWithResults> {
  const [results, shares] = await Promise.all([
    job.phase === 'COMPLETED' ? listResults(dataSource, job.id) : [],
    listShares(dataSource, job.id),
  ])
  return { job, results, shares }
}
