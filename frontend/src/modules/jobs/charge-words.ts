import type { JobCharge, JobPrice, Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { hasEnded } from '../../ui/phase'
import { formatAmount } from '../credits/amount'
import { unitText } from '../credits/unit-text'

/** An amount of a class, with what it is of: "12.50 credits". */
export function credits(amount: bigint, { decimals, unit }: Pick<JobPrice, 'decimals' | 'unit'>): string {
  return `${formatAmount(amount, decimals)} ${unitText(unit)}`
}

/** What a job costs, as far as is known in its phase. */
export function chargeText(charge: JobCharge, phase: Phase): string {
  if (hasEnded(phase)) {
    if (charge.captured > 0n) return `${credits(charge.captured, charge)} paid`
    return phase === 'PHASE_COMPLETED' ? 'covered by free use' : 'nothing'
  }
  if (charge.held > 0n) return `at most ${credits(charge.held, charge)}, held`
  return charge.atMost > 0n ? `at most ${credits(charge.atMost, charge)}` : 'covered by free use'
}

/** What a job that is quoted would cost. */
export function priceText(price: JobPrice): string {
  if (price.atMost === 0n) return 'covered by free use'
  const expected = formatAmount(price.expected, price.decimals)
  return price.expected === price.atMost
    ? credits(price.atMost, price)
    : `about ${expected}, at most ${credits(price.atMost, price)}`
}

/** Whether a job submitted now would wait until there are more credits. */
export function wouldWait({ available, atMost }: Pick<JobPrice, 'available' | 'atMost'>): boolean {
  return available < atMost
}
