import type { EntityManager } from 'typeorm'
import { settleHolds } from '../ledger/index.ts'
import { returnFreeUse } from './free-use-store.ts'
import { type Charge, settlementOf, type Use } from './price.ts'

export interface EndedJob {
  readonly purposeId: string
  readonly organizationId: string
  readonly serviceId: string
  readonly charge: Charge
  readonly description: string
  /** What it pays for; undefined for one that pays nothing. */
  readonly use: Use | undefined
}

export interface SettledJob {
  readonly captured: bigint
  /** That paid; undefined when nothing was to be paid. */
  readonly transactionId: string | undefined
}

/**
 * Pays for jobs that have ended out of their holds and releases the rest, by job. To be called once for each job, in
 * the transaction that ends it and under its lock; for all jobs of a transaction in one call, and at its end:
 * rows of free use are locked in the order of their keys, then accounts in the order of theirs. An account that
 * all jobs pay into is so held for no longer than the commit takes.
 */
export async function settleJobs(
  manager: EntityManager,
  jobs: readonly EndedJob[],
): Promise<Map<string, SettledJob>> {
  const settlements = jobs.map((job) => ({ job, ...settlementOf(job.charge, job.use) }))
  await returnFreeUse(
    manager,
    settlements
      .filter(({ freeBack }) => freeBack > 0n)
      .map(({ job: { organizationId, serviceId, charge }, freeBack }) => ({
        organizationId,
        serviceId,
        classId: charge.classId,
        month: charge.terms.freeMonth,
        amount: freeBack,
      })),
  )
  const held = settlements.filter(({ job }) => job.charge.atMost > 0n)
  const outcomes =
    held.length === 0
      ? []
      : await settleHolds(
          manager,
          held.map(({ job, captured }) => ({
            purpose: 'JOB' as const,
            purposeId: job.purposeId,
            capture: captured,
            to: { kind: 'SINK' as const },
            description: job.description,
            ...(job.use === undefined ? {} : { metadata: metadataOf(job.use) }),
          })),
        )
  const transactions = new Map(
    held.map(({ job, captured }, place) => {
      const outcome = outcomes[place]
      if (outcome?.kind !== 'settled') {
        throw new Error(`the hold of job ${job.purposeId} was not settled: ${outcome?.kind}`)
      }
      return [job.purposeId, captured > 0n ? outcome.transaction.id : undefined]
    }),
  )
  return new Map(
    settlements.map(({ job, captured }) => [
      job.purposeId,
      { captured, transactionId: transactions.get(job.purposeId) },
    ]),
  )
}

function metadataOf({ taskSeconds, outputBytes }: Use): Record<string, string> {
  return { taskSeconds: String(taskSeconds), outputBytes: String(outputBytes) }
}
