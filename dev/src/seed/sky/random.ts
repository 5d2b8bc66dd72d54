/** A small deterministic generator (Mulberry32, T. Ettinger): the demo sky is the same on every machine. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** 32 random bits. */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }

  /** In [0, 1). */
  uniform(): number {
    return this.bits() / 2 ** 32
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** Mean 0, standard deviation 1, by a table of 4096 quantiles: no tail beyond 3.7, which noise here does not need. */
  gaussian(): number {
    return GAUSSIAN[this.bits() >>> 20] as number
  }

  /** Fills with noise of a standard deviation; two values from each draw. */
  fillGaussian(target: Float32Array, deviation: number): void {
    for (let i = 0; i < target.length; i += 2) {
      const bits = this.bits()
      target[i] = deviation * (GAUSSIAN[bits >>> 20] as number)
      if (i + 1 < target.length) target[i + 1] = deviation * (GAUSSIAN[(bits >>> 4) & 4095] as number)
    }
  }
}

const GAUSSIAN = gaussianQuantiles(4096)

function gaussianQuantiles(count: number): Float32Array {
  const quantiles = new Float32Array(count)
  // Integrates the density outwards from the middle, in steps of equal probability.
  let x = 0
  for (let i = count / 2; i < count; i++) {
    const target = (i + 0.5) / count - 0.5
    for (let step = 0; step < 20; step++)
      x -= (area(x) - target) / (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI))
    quantiles[i] = x
    quantiles[count - 1 - i] = -x
  }
  return quantiles
}

/** Area under the normal density from 0 to x (Marsaglia 2004). */
function area(x: number): number {
  let term = x
  let sum = x
  for (let i = 3; Math.abs(term) > 1e-12 * Math.abs(sum); i += 2) {
    term *= (x * x) / i
    sum += term
  }
  return (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
}
