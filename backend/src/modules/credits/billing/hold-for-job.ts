import type { EntityManager } from 'typeorm'
import { hold } from '../ledger/index.ts'
import { type FreeUse, lockFreeUse, reserveFreeUse } from './free-use-store.ts'
import { chargeOf, choosePayer } from './payer-choice.ts'
import { left, payersOf } from './payer-store.ts'
import { type Charge, costOf, mostUse, type Quote } from './price.ts'
import { type Shortage, shortageOf } from './shortage.ts'
import { announceCredits } from './waiting-for-credits.ts'

export interface JobToPay {
  /** Of the job; of what is answered at once, an id of its own. */
  readonly purposeId: string
  readonly organizationId: string
  readonly serviceId: string
  readonly quote: Quote
  /** Of the line in the organisation's statement. */
  readonly description: string
  readonly actorId?: string | undefined
}

export type JobHold =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly charge: Charge }
  /** Nothing is set aside; `charge` says what has to be. */
  | { readonly kind: 'short'; readonly charge: Charge; readonly shortage: Shortage }

/**
 * Sets aside what a job can cost at most, less its share of free use, at the prices of now.
 *
 * Locks, in this order: the job, by the caller; one row of free use; the accounts of one class, by the ledger. Which
 * class pays is decided by balances as they are read. Should another job take them meanwhile, the ledger refuses,
 * and no other class is tried in this transaction: its accounts would come after those that are locked by then,
 * and a circle of waiting could close. The job waits instead, and whoever resumes such jobs is told at once.
 */
export async function holdForJob(manager: EntityManager, job: JobToPay): Promise<JobHold> {
  const payers = await payersOf(manager, job.organizationId, job.serviceId)
  const choice = choosePayer(payers, job.quote)
  if (choice === undefined) return { kind: 'free' }
  if (!choice.enough) return { kind: 'short', charge: choice.charge, shortage: shortageOf(choice, job.quote) }

  const { payer } = choice
  const use: FreeUse = {
    organizationId: job.organizationId,
    serviceId: job.serviceId,
    classId: payer.classId,
    month: payer.month,
  }
  const cost = costOf(payer, mostUse(job.quote))
  const charge =
    choice.charge.terms.free === 0n
      ? choice.charge
      : chargeOf(payer, cost, left(payer.freePerMonth, await lockFreeUse(manager, use)))
  if (charge.atMost > 0n) {
    const outcome = await hold(manager, {
      purpose: 'JOB',
      purposeId: job.purposeId,
      organizationId: job.organizationId,
      classId: charge.classId,
      amount: charge.atMost,
      description: job.description,
      ...(job.actorId === undefined ? {} : { actorId: job.actorId }),
    })
    if (outcome.kind === 'refused') {
      switch (outcome.reason) {
        case 'INSUFFICIENT_CREDITS':
        case 'CLASS_EXPIRED':
        case 'CLASS_CLOSED':
          await announceCredits(manager, job.organizationId)
          return {
            kind: 'short',
            charge,
            shortage: shortageOf({ ...choice, charge }, job.quote, outcome.available),
          }
        default:
          throw new Error(`the hold of job ${job.purposeId} was refused: ${outcome.reason}`)
      }
    }
  }
  if (charge.terms.free > 0n) await reserveFreeUse(manager, use, charge.terms.free)
  return { kind: 'held', charge }
}
