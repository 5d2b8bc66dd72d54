/**
 * Ends what waits on a channel once that is gone. Holds on to nothing that has ended, unlike Promise.race() with one
 * promise for the channel, which keeps an entry of every race for as long as the channel stands: months, several a
 * second.
 */
export class Breakage {
  readonly #waiting = new Set<(reason: Error) => void>()
  #reason: Error | undefined

  /** The first reason counts. */
  break(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    for (const reject of this.#waiting) reject(reason)
    this.#waiting.clear()
  }

  /** @throws the reason, once there is one */
  throwIfBroken(): void {
    if (this.#reason !== undefined) throw this.#reason
  }

  /** As the promise, or rejects once the channel is gone. */
  until<Value>(promise: PromiseLike<Value>): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      if (this.#reason !== undefined) reject(this.#reason)
      else this.#waiting.add(reject)
      const done = () => this.#waiting.delete(reject)
      promise.then(
        (value) => {
          done()
          resolve(value)
        },
        (error: unknown) => {
          done()
          reject(error)
        },
      )
    })
  }
}
