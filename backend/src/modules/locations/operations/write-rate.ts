interface Sample {
  readonly timeMs: number
  readonly written: ReadonlyMap<string, number>
}

const WINDOW_MS = 5 * 60_000

/** How fast fixes are written in the last five minutes, or since the first look if that is less long ago. */
export class WriteRate {
  #samples: Sample[] = []

  /** @param written by partition, of all time */
  add(written: ReadonlyMap<string, number>, timeMs: number): void {
    // One that is older than the window stays, so that the whole window is seen.
    const first = this.#samples.findLastIndex((sample) => sample.timeMs <= timeMs - WINDOW_MS)
    this.#samples = [...this.#samples.slice(Math.max(0, first)), { timeMs, written }]
  }

  /** 0 after one look. */
  perSecond(): number {
    const [first] = this.#samples
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.timeMs <= first.timeMs) return 0
    let written = 0
    // A partition that was dropped takes its count along.
    for (const [partition, count] of last.written)
      written += Math.max(0, count - (first.written.get(partition) ?? 0))
    return (written / (last.timeMs - first.timeMs)) * 1000
  }
}
