/** Over how long it is measured, milliseconds. */
const windowMs = 6_000

export interface Speed {
  /** @param now milliseconds since the epoch */
  note(now: number, bytes: number): void
  /** 0 when it has stood still. */
  bytesPerSecond(now: number): number
  reset(): void
}

/** How fast a count of bytes grew over the last seconds. */
export function createSpeed(): Speed {
  let notes: { now: number; bytes: number }[] = []
  return {
    note(now, bytes) {
      notes = notes.filter((note) => now - note.now < windowMs)
      notes.push({ now, bytes })
    },
    bytesPerSecond(now) {
      const recent = notes.filter((note) => now - note.now < windowMs)
      const first = recent[0]
      const last = recent.at(-1)
      // Too short to say anything.
      if (first === undefined || last === undefined || now - first.now < 500) return 0
      return Math.max(0, ((last.bytes - first.bytes) * 1000) / (now - first.now))
    },
    reset() {
      notes = []
    },
  }
}
