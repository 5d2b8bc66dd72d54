/** Counts by name. */
export class Tally {
  readonly #counts = new Map<string, number>()

  count(name: string, times = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times)
  }

  /** The most frequent first. */
  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].toSorted(([, a], [, b]) => b - a))
  }

  toString(): string {
    return Object.entries(this.toJSON())
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  }
}
