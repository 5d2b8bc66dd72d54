import { setImmediate } from 'node:timers/promises'

/** Lets other callers have the thread between two pieces of a plan; throws when nobody waits for the plan. */
export async function giveWay(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}
