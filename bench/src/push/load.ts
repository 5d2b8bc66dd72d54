import { setTimeout } from 'node:timers/promises'

export const USERS = 5_000
/** Each for a random user. */
const MESSAGES_PER_SECOND = 1_000
/** Written together: in one transaction, or handed to the broker one after the other. */
const BATCH = 10
/** Of each load, before what counts. */
const WARM_UP_MS = 3_000

/** Writes batches at a steady rate; resolves with the messages to expect, and when those that count began. */
export async function load(
  durationMs: number,
  write: (users: readonly number[]) => Promise<void>,
): Promise<{ messages: number; countsFromMs: number }> {
  const beginMs = performance.now()
  const batches = ((WARM_UP_MS + durationMs) / 1000) * (MESSAGES_PER_SECOND / BATCH)
  for (let batch = 0; batch < batches; batch++) {
    const dueMs = beginMs + (batch * BATCH * 1000) / MESSAGES_PER_SECOND
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await setTimeout(waitMs)
    await write(Array.from({ length: BATCH }, () => Math.floor(Math.random() * USERS)))
  }
  const lateMs = performance.now() - beginMs - WARM_UP_MS - durationMs
  // A load that cannot be written is no measure of what carries it.
  if (lateMs > durationMs / 10) throw new Error(`the load was written ${Math.round(lateMs)} ms too late`)
  return { messages: batches * BATCH, countsFromMs: performance.timeOrigin + beginMs + WARM_UP_MS }
}

/** From a beginning to the socket. */
export interface Way {
  readonly fromMs: number
  readonly toMs: number
}

/** Milliseconds of those that began when it counted, in ascending order. */
export function durations(ways: readonly Way[], countsFromMs: number): number[] {
  return ways
    .filter(({ fromMs }) => fromMs >= countsFromMs)
    .map(({ fromMs, toMs }) => toMs - fromMs)
    .toSorted((a, b) => a - b)
}

export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.floor(ascending.length * share)] ?? Number.NaN
}
