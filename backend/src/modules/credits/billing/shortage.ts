import { amountText, unitText } from './amount-text.ts'
import type { Choice } from './payer-choice.ts'
import { costOf, mostUse, payable, type Quote } from './price.ts'

/** Why credits do not suffice for a job, in words. */
export interface Shortage {
  /** What it needs, and what there was. */
  readonly need: string
  /** For a job that waits, what makes it go on. */
  readonly wayOut: string
}

export function shortageOf({ payer, charge }: Choice, quote: Quote, available = payer.available): Shortage {
  const { displayName, unit, decimals } = payer
  if (payer.spent) {
    return {
      need: `It would be paid in ${displayName}, which pays for nothing any more.`,
      wayOut: 'It goes on by itself when the operator sets a price in another class.',
    }
  }
  if (!payable(costOf(payer, mostUse(quote)))) {
    return {
      need: `It could cost more ${displayName} than can be set aside at once.`,
      wayOut: 'Cancel it, and ask for less in one job.',
    }
  }
  const amount = (value: bigint) => `${amountText(value, decimals)} ${unitText(unit)}`
  return {
    need: `It needs ${amount(charge.atMost)} of ${displayName} to be set aside, and ${amount(available)} were available.`,
    wayOut: 'It goes on by itself when there is enough: credits are bought or issued, or other jobs end.',
  }
}

export function shortageText({ need, wayOut }: Shortage): string {
  return `${need} ${wayOut}`
}

const AVAILABLE = /, and [\d,.]+ .* were available/

/** Whether two such texts tell of the same need, whatever was available at the time. */
export function isSameShortage(one: string, other: string): boolean {
  return one.replace(AVAILABLE, '') === other.replace(AVAILABLE, '')
}
