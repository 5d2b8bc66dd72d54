import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import type { Price } from '@fairlead/proto/web/fairlead/credits/v1/pricing'
import { amountToText, parseAmount } from '../amount'

export type Rates = Pick<Price, 'perJob' | 'perTaskSecond' | 'perOutputGb' | 'freePerMonth'>

const gb = 1_000_000_000n

/** What a job costs before what is free, as it is settled: begun seconds count whole, bytes in proportion, rounded up. */
export function costOf(rates: Rates, use: { taskSeconds: bigint; outputBytes: bigint }): bigint {
  const output = (rates.perOutputGb * use.outputBytes + gb - 1n) / gb
  return rates.perJob + rates.perTaskSecond * use.taskSeconds + output
}

/** How many such jobs of a month cost nothing. */
export function freeJobs(rates: Rates, cost: bigint): bigint | undefined {
  if (cost === 0n) return undefined
  return rates.freePerMonth / cost
}

/** The rates as they are typed; empty is 0. */
export interface RatesDraft {
  readonly perJob: string
  readonly perTaskSecond: string
  readonly perOutputGb: string
  readonly freePerMonth: string
}

export const noRates: RatesDraft = { perJob: '', perTaskSecond: '', perOutputGb: '', freePerMonth: '' }

export function ratesDraftOf(price: Rates, { decimals }: Pick<CreditClass, 'decimals'>): RatesDraft {
  const text = (amount: bigint) => (amount === 0n ? '' : amountToText(amount, decimals))
  return {
    perJob: text(price.perJob),
    perTaskSecond: text(price.perTaskSecond),
    perOutputGb: text(price.perOutputGb),
    freePerMonth: text(price.freePerMonth),
  }
}

/** Largest rate, in the smallest unit. */
const maximumRate = 10n ** 12n

type RatesProblems = Partial<Record<keyof RatesDraft, string>>

/** The rates, or what is wrong with each. */
export function parseRates(
  draft: RatesDraft,
  { decimals }: Pick<CreditClass, 'decimals'>,
): { readonly rates: Rates; readonly problems?: undefined } | { readonly problems: RatesProblems } {
  const problems: RatesProblems = {}
  const read = (field: keyof RatesDraft): bigint => {
    if (draft[field].trim() === '') return 0n
    const parsed = parseAmount(draft[field], decimals, { minimum: 0n, maximum: maximumRate })
    if (parsed.problem === undefined) return parsed.amount
    problems[field] = parsed.problem
    return 0n
  }
  const rates = {
    perJob: read('perJob'),
    perTaskSecond: read('perTaskSecond'),
    perOutputGb: read('perOutputGb'),
    freePerMonth: read('freePerMonth'),
  }
  return Object.keys(problems).length > 0 ? { problems } : { rates }
}
