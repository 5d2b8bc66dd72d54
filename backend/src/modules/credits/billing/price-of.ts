import type { Database } from '../sql.ts'
import { choosePayer } from './payer-choice.ts'
import { payersOf } from './payer-store.ts'
import { costOf, expectedUse, least, type Quote } from './price.ts'

/** What a job would cost, and which class would pay; amounts in the smallest unit of that class. */
export interface QuotedPrice {
  readonly classCode: string
  readonly classDisplayName: string
  readonly unit: string
  readonly decimals: number
  /** Free use taken off, as it is of atMost. */
  readonly expected: bigint
  readonly atMost: bigint
  readonly available: bigint
  /** Of the free use that is left, what covers a part of the job. */
  readonly free: bigint
}

/** Undefined for a job that is free. */
export async function priceOf(
  database: Database,
  organizationId: string,
  serviceId: string,
  quote: Quote,
): Promise<QuotedPrice | undefined> {
  const choice = choosePayer(await payersOf(database, organizationId, serviceId), quote)
  if (choice === undefined) return undefined
  const { payer, charge } = choice
  const { free } = charge.terms
  const cost = costOf(payer, expectedUse(quote))
  const expected = cost < free ? 0n : cost - free
  return {
    classCode: payer.code,
    classDisplayName: payer.displayName,
    unit: payer.unit,
    decimals: payer.decimals,
    expected: least(expected, charge.atMost),
    atMost: charge.atMost,
    available: payer.available,
    free,
  }
}
