/** Wakes whoever waits, without losing a wake-up that comes between looking and waiting. */
export class Wakeups {
  readonly #waiting = new Set<() => void>()
  #count = 0

  /** Take it before looking; wait() returns at once when there was a wake-up since. */
  get count(): number {
    return this.#count
  }

  wake(): void {
    this.#count++
    for (const resume of [...this.#waiting]) resume()
  }

  /** Waits for a wake-up after `since`, for the time to pass, or for the signal. */
  async wait(
    since: number,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<'woken' | 'timeout' | 'aborted'> {
    if (signal.aborted) return 'aborted'
    if (this.#count !== since) return 'woken'
    return new Promise((resolve) => {
      const finish = (outcome: 'woken' | 'timeout' | 'aborted') => {
        clearTimeout(timer)
        this.#waiting.delete(onWake)
        signal.removeEventListener('abort', onAbort)
        resolve(outcome)
      }
      const onWake = () => finish('woken')
      const onAbort = () => finish('aborted')
      const timer = setTimeout(() => finish('timeout'), timeoutMs)
      this.#waiting.add(onWake)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}
