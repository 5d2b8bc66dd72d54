import { setTimeout } from 'node:timers/promises'

export interface SteadyLoad {
  /** Of the calls that were answered. */
  readonly latenciesMs: readonly number[]
  readonly failures: readonly string[]
}

/**
 * Begins a call at each of the rate's moments until `ended` is aborted, whether or not those before were
 * answered, so that a server that stands still is seen as what its callers would have waited.
 */
export async function steadyLoad(
  call: () => Promise<unknown>,
  callsPerSecond: number,
  ended: AbortSignal,
): Promise<SteadyLoad> {
  const latenciesMs: number[] = []
  const failures: string[] = []
  const pending: Promise<void>[] = []
  const begin = performance.now()
  for (let count = 0; !ended.aborted; count++) {
    const due = begin + (count * 1000) / callsPerSecond
    const waitMs = due - performance.now()
    if (waitMs > 0) await setTimeout(waitMs)
    pending.push(
      call().then(
        () => void latenciesMs.push(performance.now() - due),
        (error: Error) => void failures.push(error.message),
      ),
    )
  }
  await Promise.all(pending)
  return { latenciesMs, failures }
}

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}
