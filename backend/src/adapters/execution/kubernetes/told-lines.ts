/** Beyond this, two lines are in the order of their times: those of stdout and stderr may be out of it by less. */
const DISORDER_MS = 1000

export interface LogLine {
  readonly time: Date
  readonly text: string
}

/**
 * What was told of a log, so that a log that is read again from a time on goes on where it was: a log's lines are
 * known by their times, to the nanosecond, and the API takes no finer time than a second.
 */
export class ToldLines {
  /** Times of lines that may come again, and how many had each. */
  #recent = new Map<string, number>()
  #again = new Map<string, number>()
  #lastMs = 0

  /** @param after no line up to this time is told */
  constructor(after: Date | undefined) {
    this.#after = after?.getTime() ?? 0
  }
  readonly #after: number

  /** From when on the log has to be read; undefined for all of it. */
  resume(): Date | undefined {
    this.#again = new Map(this.#recent)
    const fromMs = Math.max(this.#after, this.#lastMs - DISORDER_MS)
    return fromMs <= 0 ? undefined : new Date(Math.floor(fromMs / 1000) * 1000)
  }

  /** The line, when it is one that was not told; such as "2026-11-22T10:00:00.123456789Z text". */
  tell(line: string): LogLine | undefined {
    const space = line.indexOf(' ')
    const stamp = space < 0 ? line : line.slice(0, space)
    const time = new Date(stamp)
    const ms = time.getTime()
    // Not a line of the log: what the node says when it cannot read it.
    if (Number.isNaN(ms)) return { time: new Date(), text: line }
    if (ms <= this.#after) return undefined
    const times = this.#again.get(stamp) ?? 0
    if (times > 0) {
      this.#again.set(stamp, times - 1)
      return undefined
    }
    if (ms < this.#lastMs - 2 * DISORDER_MS) return undefined
    this.#remember(stamp, ms)
    return { time, text: space < 0 ? '' : line.slice(space + 1).replace(/\r$/u, '') }
  }

  #remember(stamp: string, ms: number): void {
    const second = Math.floor(ms / DISORDER_MS)
    if (second > Math.floor(this.#lastMs / DISORDER_MS)) {
      for (const [known] of this.#recent) {
        if (new Date(known).getTime() < (second - 2) * DISORDER_MS) this.#recent.delete(known)
        else break
      }
    }
    this.#recent.set(stamp, (this.#recent.get(stamp) ?? 0) + 1)
    this.#lastMs = Math.max(this.#lastMs, ms)
  }
}
