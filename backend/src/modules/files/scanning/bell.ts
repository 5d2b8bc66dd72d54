/** Wakes those who wait, before their time. */
export class Bell {
  readonly #waiting = new Set<() => void>()
  #rung = 0

  /** How often it was rung: for `wait`, so that nobody misses what rings while they are not waiting yet. */
  get rung(): number {
    return this.#rung
  }

  ring(): void {
    this.#rung += 1
    for (const wake of this.#waiting) wake()
  }

  /** At most so long, and not at all when it has rung since. */
  async wait(ms: number, since: number): Promise<void> {
    if (this.#rung !== since) return
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.#waiting.add(wake)
    })
  }
}
