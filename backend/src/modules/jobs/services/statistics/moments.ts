/**
 * Count, sum, mean, standard deviation and range of values that come in blocks, without loss of digits: the sum is
 * compensated (Neumaier 1974), and each block's squares are about its own mean (Chan, Golub and LeVeque 1983).
 */
export class Moments {
  count = 0
  minimum = Number.POSITIVE_INFINITY
  maximum = Number.NEGATIVE_INFINITY
  /** Whether every value is one of single precision. */
  single = true
  #sum = 0
  #lost = 0
  #mean = 0
  #squares = 0

  add(values: Float64Array): void {
    const { length } = values
    if (length === 0) return
    const before = this.sum
    for (let i = 0; i < length; i++) {
      const value = values[i] as number
      if (value < this.minimum) this.minimum = value
      if (value > this.maximum) this.maximum = value
      if (Math.fround(value) !== value) this.single = false
      const sum = this.#sum + value
      this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum
      this.#sum = sum
    }
    const mean = (this.sum - before) / length
    let squares = 0
    let offsets = 0
    for (let i = 0; i < length; i++) {
      const offset = (values[i] as number) - mean
      squares += offset * offset
      offsets += offset
    }
    const own = squares - (offsets * offsets) / length
    const total = this.count + length
    const apart = mean + offsets / length - this.#mean
    this.#squares += own + (apart * apart * this.count * length) / total
    this.#mean += (apart * length) / total
    this.count = total
  }

  get sum(): number {
    return this.#sum + this.#lost
  }

  get mean(): number {
    return this.sum / this.count
  }

  get deviation(): number {
    return Math.sqrt(this.#squares / this.count)
  }
}
