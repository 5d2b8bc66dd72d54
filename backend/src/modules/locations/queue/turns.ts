/** Work that goes on beside other work, and work that goes on alone. */
export class Turns {
  readonly #together = new Set<Promise<unknown>>()
  /** Of those who are alone, or wait for it. */
  #aloneCount = 0
  #alone: Promise<unknown> = Promise.resolve()

  async together<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#aloneCount > 0) await this.#alone
    const working = work()
    const settled = working.catch(() => undefined)
    this.#together.add(settled)
    try {
      return await working
    } finally {
      this.#together.delete(settled)
    }
  }

  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#alone
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#alone = promise
    this.#aloneCount++
    try {
      await before
      await Promise.all(this.#together)
      return await work()
    } finally {
      this.#aloneCount--
      resolve()
    }
  }
}
