/** Seconds of the tracks that pass in one second. */
export const playbackSpeeds = [1, 10, 60, 300, 900, 3600] as const

/** The moment that the map shows, and whether it moves on. */
export class Playback {
  #startMs: number
  #endMs: number
  #timeMs: number
  #speed: number = 300
  #frame: number | undefined
  readonly #listeners = new Set<() => void>()

  constructor(startMs: number, endMs: number) {
    this.#startMs = startMs
    this.#endMs = endMs
    this.#timeMs = startMs
  }

  get startMs(): number {
    return this.#startMs
  }

  get endMs(): number {
    return this.#endMs
  }

  readonly time = (): number => this.#timeMs
  readonly speed = (): number => this.#speed
  readonly isPlaying = (): boolean => this.#frame !== undefined

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  moveTo(timeMs: number): void {
    this.#timeMs = Math.max(this.#startMs, Math.min(this.#endMs, timeMs))
    this.#tell()
  }

  setSpeed(speed: number): void {
    this.#speed = speed
    this.#tell()
  }

  /** From the beginning when it stands at the end. */
  play(): void {
    if (this.isPlaying()) return
    if (this.#timeMs >= this.#endMs) this.#timeMs = this.#startMs
    let before: number | undefined
    const step = (now: number) => {
      // A tab in the background draws no frame for minutes: it goes on from where it was.
      const passedMs = Math.min(250, now - (before ?? now))
      before = now
      this.#timeMs = Math.min(this.#endMs, this.#timeMs + passedMs * this.#speed)
      this.#frame = this.#timeMs < this.#endMs ? requestAnimationFrame(step) : undefined
      this.#tell()
    }
    this.#frame = requestAnimationFrame(step)
    this.#tell()
  }

  pause(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#frame = undefined
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
