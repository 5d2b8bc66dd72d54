import { amountText } from './amount-text.ts'
import type { Choice } from './payer-choice.ts'
import { costOf, mostUse, payable, type Quote } from './price.ts'

/** Why credits do not suffice for a job, in words: what it needs, what there was, and the way out. */
export function shortMessage({ payer, charge }: Choice, quote: Quote, available = payer.available): string {
  const { displayName, unit, decimals } = payer
  if (payer.spent) {
    return `It would be paid in ${displayName}, which pays for nothing any more. It goes on by itself when the operator sets a price in another class.`
  }
  if (!payable(costOf(payer, mostUse(quote)))) {
    return `It could cost more ${displayName} than can be set aside at once. Cancel it, and ask for less in one job.`
  }
  const amount = (value: bigint) => `${amountText(value, decimals)} ${unit}`
  return `It needs ${amount(charge.atMost)} of ${displayName} to be set aside, and ${amount(available)} were available. It goes on by itself when there is enough: when credits are bought or issued, or other jobs end.`
}
