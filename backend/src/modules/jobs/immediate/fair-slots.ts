/** Gives one of its slots back; a second call does nothing. */
export type ReleaseSlot = () => void

interface Waiting {
  readonly key: string
  readonly grant: () => void
}

/**
 * A few slots that many share: a free one goes to who holds the fewest, among those to who was served longest
 * ago, and within one key to who has waited longest. One key that asks for everything thus delays another's
 * single wish by one turn.
 */
export class FairSlots {
  #free: number
  readonly #held = new Map<string, number>()
  /** In the order of their last grant; a key that neither holds nor waits is forgotten. */
  readonly #served = new Map<string, number>()
  readonly #waiting: Waiting[] = []
  #grants = 0

  constructor(slots: number) {
    this.#free = slots
  }

  /** Resolves with a slot; rejects with the signal's reason when it aborts first. */
  take(key: string, signal: AbortSignal): Promise<ReleaseSlot> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const entry: Waiting = {
        key,
        grant: () => {
          signal.removeEventListener('abort', onAbort)
          resolve(this.#hold(key))
        },
      }
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        this.#forget(key)
        reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(entry)
      this.#grantFree()
    })
  }

  #hold(key: string): ReleaseSlot {
    this.#free--
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1)
    this.#served.set(key, ++this.#grants)
    let released = false
    return () => {
      if (released) return
      released = true
      this.#free++
      this.#held.set(key, (this.#held.get(key) ?? 1) - 1)
      this.#grantFree()
      this.#forget(key)
    }
  }

  #grantFree(): void {
    while (this.#free > 0) {
      const [first] = this.#waiting
      if (first === undefined) return
      const next = this.#waiting.reduce((best, each) => (this.#before(each, best) ? each : best), first)
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      next.grant()
    }
  }

  #before({ key: a }: Waiting, { key: b }: Waiting): boolean {
    const held = (this.#held.get(a) ?? 0) - (this.#held.get(b) ?? 0)
    return held === 0 ? (this.#served.get(a) ?? 0) < (this.#served.get(b) ?? 0) : held < 0
  }

  #forget(key: string): void {
    if ((this.#held.get(key) ?? 0) > 0 || this.#waiting.some((each) => each.key === key)) return
    this.#held.delete(key)
    this.#served.delete(key)
  }
}
