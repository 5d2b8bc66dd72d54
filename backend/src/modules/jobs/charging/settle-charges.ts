import type { EntityManager } from 'typeorm'
import { settleJobs, type Use } from '../../credits/index.ts'
import type { JobRecord } from '../job.ts'
import { writeSettled } from './charge-store.ts'
import { describeCharge } from './describe-charge.ts'

/** A job that has ended in this transaction. */
export interface EndedCharge {
  readonly job: JobRecord
  /** What it pays for; undefined for a job that pays nothing. */
  readonly use: Use | undefined
  /** For people: why a job that did not complete pays what it does. Default: nothing. */
  readonly note?: string
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
  const open = ended.flatMap(({ job, use, note = '' }) =>
    job.charge === undefined || job.charge.state === 'SETTLED' ? [] : { job, charge: job.charge, use, note },
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
        use,
      })),
  )
  return writeSettled(
    manager,
    open.map(({ job, charge, use, note }) => {
      const { captured, transactionId } = settled.get(job.id) ?? { captured: 0n, transactionId: undefined }
      const isFree = use !== undefined && use.taskSeconds > 0n && captured === 0n && charge.terms.free > 0n
      return {
        jobId: job.id,
        captured,
        transactionId,
        note: note !== '' && isFree ? `${note} Free use covers it.` : note,
      }
    }),
  )
}
