import { setTimeout } from 'node:timers/promises'
import { mayPass } from './api-errors.ts'

const FIRST_MS = 100
const LONGEST_MS = 5000

export interface Persistence {
  readonly signal?: AbortSignal | undefined
  /** Since the first time. */
  readonly forMs: number
  /** Of each error that may pass. */
  readonly onError?: (error: unknown) => void
}

/** Tries again, less and less often, what fails with an error that may pass. */
export async function persist<T>(
  { signal, forMs, onError }: Persistence,
  attempt: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + forMs
  for (let delayMs = FIRST_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_MS)) {
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      if (!mayPass(error) || performance.now() + delayMs > end) throw error
      onError?.(error)
    }
    try {
      await setTimeout(delayMs, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }
}
