/** Pixels kept for percentiles: their error is then well below a thousandth of the range. */
const SAMPLE_SIZE = 500_000

/** A regular sample of an image that passes by row by row, and the extremes of all of it. */
export class PixelSample {
  minimum = Number.POSITIVE_INFINITY
  maximum = Number.NEGATIVE_INFINITY
  readonly #step: number
  readonly #kept: number[] = []
  #row = 0

  constructor(pixels: number) {
    this.#step = Math.max(1, Math.ceil(Math.sqrt(pixels / SAMPLE_SIZE)))
  }

  push(row: Float32Array): void {
    for (const value of row) {
      if (value - value !== 0) continue
      if (value < this.minimum) this.minimum = value
      if (value > this.maximum) this.maximum = value
    }
    if (this.#row % this.#step === 0) {
      // Each sampled row begins elsewhere, so that a pattern along columns is not met in step.
      const start = (this.#row / this.#step) % this.#step
      for (let i = start; i < row.length; i += this.#step) this.#kept.push(row[i] as number)
    }
    this.#row++
  }

  get values(): readonly number[] {
    return this.#kept
  }
}
