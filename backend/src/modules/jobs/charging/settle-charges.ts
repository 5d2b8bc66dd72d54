import type { EntityManager } from 'typeorm'
import { settleJobs, type Use } from '../../credits/index.ts'
import type { JobRecord } from '../job.ts'
import { writeSettled } from './charge-store.ts'
import { describeCharge } from './describe-charge.ts'

/** A job that has ended in this transaction. */
export interface EndedCharge {
  readonly job: JobRecord
  /** What it took; undefined for a job that did not complete. */
  readonly use: Use | undefined
}

/**
 * Pays for jobs at their end, or releases what they hold: all of a transaction's in one call, its last work, under the
 * locks of the jobs' rows. Accounts are locked after every job, so that nobody who waits for a job holds one.
 * Answers with the jobs that cost something, as they then are.
 */
export async function settleCharges(
  manager: EntityManager,
  ended: readonly EndedCharge[],
): Promise<ReadonlyMap<string, JobRecord>> {
  const open = ended.flatMap(({ job, use }) =>
    job.charge === undefined || job.charge.state === 'SETTLED' ? [] : { job, charge: job.charge, use },
  )
  if (open.length === 0) return new Map()
  const settled = await settleJobs(
    manager,
    open
      .filter(({ charge }) => charge.state === 'HELD')
      .map(({ job, charge, use }) => ({
        purposeId: job.id,
        organizationId: job.organizationId,
        serviceId: job.service,
        charge,
        description: describeCharge(job),
        completed: use,
      })),
  )
  return writeSettled(
    manager,
    open.map(({ job }) => ({
      jobId: job.id,
      captured: 0n,
      transactionId: undefined,
      ...settled.get(job.id),
    })),
  )
}
