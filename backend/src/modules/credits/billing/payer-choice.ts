import { AMOUNT_MAX } from '../ledger/transaction.ts'
import type { Payer } from './payer-store.ts'
import { type Charge, costOf, least, mostUse, payable, type Quote } from './price.ts'

export interface Choice {
  readonly payer: Payer
  readonly charge: Charge
  /** Whether it has enough, as it was read. */
  readonly enough: boolean
}

/**
 * The class that pays for a job: of those that have a price for its service and are good, the one that expires first
 * and has enough available. When none has, the one that lacks the smallest part. Undefined when the job is free.
 */
export function choosePayer(payers: readonly Payer[], quote: Quote): Choice | undefined {
  const choices = payers.map((payer) => choiceOf(payer, quote))
  const good = choices.filter(({ payer }) => !payer.spent)
  const chosen = good.find(({ enough }) => enough) ?? nearest(good) ?? choices.at(-1)
  return chosen !== undefined && chosen.charge.atMost + chosen.charge.terms.free === 0n ? undefined : chosen
}

function choiceOf(payer: Payer, quote: Quote): Choice {
  const cost = costOf(payer, mostUse(quote))
  const charge = chargeOf(payer, cost, payer.free)
  return { payer, charge, enough: !payer.spent && payable(cost) && charge.atMost <= payer.available }
}

/** @param freeLeft of the organisation's free use */
export function chargeOf(payer: Payer, cost: bigint, freeLeft: bigint): Charge {
  const most = least(cost, AMOUNT_MAX)
  const free = least(most, freeLeft)
  const { classId, perJob, perTaskSecond, perOutputGb, month } = payer
  return {
    classId,
    atMost: most - free,
    terms: { perJob, perTaskSecond, perOutputGb, free, freeMonth: month },
  }
}

function nearest(choices: readonly Choice[]): Choice | undefined {
  return choices.reduce<Choice | undefined>(
    (best, each) => (best === undefined || isNearer(each, best) ? each : best),
    undefined,
  )
}

/** Of available / needed, by multiplication: a need is never 0 where there is too little. */
function isNearer(one: Choice, other: Choice): boolean {
  return one.payer.available * other.charge.atMost > other.payer.available * one.charge.atMost
}
