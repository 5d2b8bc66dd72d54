import { AMOUNT_MAX } from '../ledger/transaction.ts'

/*
 * Glossary.
 * quote      what a job is expected to take, before it runs
 * use        what a job took
 * cost       the price of a use, before free use is taken off
 * free use   what an organisation need not pay in a calendar month (UTC)
 * hold       what is set aside when a job is submitted: the most that it can cost, less its share of free use
 * capture    what is paid of the hold at the end; the rest is released
 */

/** What a service costs in one class, in the class's smallest unit. */
export interface Prices {
  readonly perJob: bigint
  /** Of running time of tasks that completed; of each task, begun seconds count whole. */
  readonly perTaskSecond: bigint
  /** Of published results, for 10^9 bytes; of all of a job's together, rounded up. */
  readonly perOutputGb: bigint
}

export interface Use {
  readonly taskSeconds: bigint
  readonly outputBytes: bigint
  /** Of a job that did not complete, and pays for what it used all the same: not for the job as such. */
  readonly partial?: true
}

export interface Quote {
  /** Bytes of results, at most. */
  readonly sizeBytes: bigint
  /** Of all tasks one after the other, as expected. */
  readonly durationMs: number
  readonly taskCount: number
  /** What is paid for in seconds, where it is not the running time of tasks: as of what runs elsewhere, side by side. */
  readonly usedSeconds?: { readonly expected: bigint; readonly atMost: bigint } | undefined
}

const BYTES_OF_GB = 1_000_000_000n

export function costOf(
  { perJob, perTaskSecond, perOutputGb }: Prices,
  { taskSeconds, outputBytes, partial }: Use,
): bigint {
  const output = (perOutputGb * outputBytes + BYTES_OF_GB - 1n) / BYTES_OF_GB
  return (partial ? 0n : perJob) + perTaskSecond * taskSeconds + output
}

/** What a job is likely to use. */
export function expectedUse({ sizeBytes, durationMs, taskCount, usedSeconds }: Quote): Use {
  if (usedSeconds !== undefined) return { taskSeconds: usedSeconds.expected, outputBytes: sizeBytes }
  const tasks = Math.max(1, taskCount)
  return { taskSeconds: BigInt(tasks * Math.ceil(durationMs / 1000 / tasks)), outputBytes: sizeBytes }
}

/** What a job pays for at most, whatever it uses: twice the expected time, and a begun second more of each task. */
export function mostUse({ sizeBytes, durationMs, taskCount, usedSeconds }: Quote): Use {
  if (usedSeconds !== undefined) return { taskSeconds: usedSeconds.atMost, outputBytes: sizeBytes }
  return { taskSeconds: BigInt(Math.ceil((2 * durationMs) / 1000) + taskCount), outputBytes: sizeBytes }
}

/** No hold can be larger. */
export function payable(cost: bigint): boolean {
  return cost <= AMOUNT_MAX
}

/** What a job was promised. */
export interface Charge {
  readonly classId: string
  /** What is set aside, and so the most that is paid; 0 when free use covers it all. */
  readonly atMost: bigint
  readonly terms: ChargeTerms
}

export interface ChargeTerms extends Prices {
  /** Reserved of the organisation's free use of the service. */
  readonly free: bigint
  /** First day of the month that it is reserved in, as YYYY-MM-DD. */
  readonly freeMonth: string
}

export interface Settlement {
  /** To be paid. */
  readonly captured: bigint
  /** Of the reserved free use, what is given back. */
  readonly freeBack: bigint
}

/** What is paid at a job's end; nothing of one that used nothing that is paid for. */
export function settlementOf({ atMost, terms }: Charge, use: Use | undefined): Settlement {
  if (use === undefined) return { captured: 0n, freeBack: terms.free }
  const cost = costOf(terms, use)
  const most = atMost + terms.free
  const capped = least(cost, most)
  const free = least(capped, terms.free)
  return { captured: capped - free, freeBack: terms.free - free }
}

export function least(one: bigint, other: bigint): bigint {
  if (one < other) return one
  return other
}
