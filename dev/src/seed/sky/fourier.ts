/** Inverse Fourier transform of a square complex array in place, unscaled; the side is a power of two. */
export function inverseTransform(re: Float64Array, im: Float64Array, side: number): void {
  const plan = new Plan(side)
  for (let row = 0; row < side; row++) {
    plan.run(re.subarray(row * side, (row + 1) * side), im.subarray(row * side, (row + 1) * side))
  }
  // Columns go through a narrow band at a time, so that memory is read along rows.
  const band = 8
  const bandRe = Array.from({ length: band }, () => new Float64Array(side))
  const bandIm = Array.from({ length: band }, () => new Float64Array(side))
  for (let start = 0; start < side; start += band) {
    for (let row = 0; row < side; row++) {
      for (let k = 0; k < band; k++) {
        ;(bandRe[k] as Float64Array)[row] = re[row * side + start + k] as number
        ;(bandIm[k] as Float64Array)[row] = im[row * side + start + k] as number
      }
    }
    for (let k = 0; k < band; k++) plan.run(bandRe[k] as Float64Array, bandIm[k] as Float64Array)
    for (let row = 0; row < side; row++) {
      for (let k = 0; k < band; k++) {
        re[row * side + start + k] = (bandRe[k] as Float64Array)[row] as number
        im[row * side + start + k] = (bandIm[k] as Float64Array)[row] as number
      }
    }
  }
}

/** Cooley and Tukey's radix-2 transform with its tables made once. */
class Plan {
  readonly #length: number
  readonly #reversed: Uint32Array
  readonly #cosine: Float64Array
  readonly #sine: Float64Array

  constructor(length: number) {
    const bits = Math.log2(length)
    if (!Number.isInteger(bits)) throw new RangeError(`${length} is not a power of two`)
    this.#length = length
    this.#reversed = Uint32Array.from({ length }, (_, i) => {
      let reversed = 0
      for (let bit = 0; bit < bits; bit++) reversed |= ((i >>> bit) & 1) << (bits - 1 - bit)
      return reversed
    })
    this.#cosine = Float64Array.from({ length: length / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / length))
    this.#sine = Float64Array.from({ length: length / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / length))
  }

  run(re: Float64Array, im: Float64Array): void {
    const length = this.#length
    for (let i = 0; i < length; i++) {
      const j = this.#reversed[i] as number
      if (j <= i) continue
      const r = re[i] as number
      const m = im[i] as number
      re[i] = re[j] as number
      im[i] = im[j] as number
      re[j] = r
      im[j] = m
    }
    for (let half = 1; half < length; half *= 2) {
      const stride = length / (2 * half)
      for (let start = 0; start < length; start += 2 * half) {
        for (let k = 0, turn = 0; k < half; k++, turn += stride) {
          const low = start + k
          const high = low + half
          const c = this.#cosine[turn] as number
          const s = this.#sine[turn] as number
          const hr = re[high] as number
          const hi = im[high] as number
          const tr = hr * c - hi * s
          const ti = hr * s + hi * c
          re[high] = (re[low] as number) - tr
          im[high] = (im[low] as number) - ti
          re[low] = (re[low] as number) + tr
          im[low] = (im[low] as number) + ti
        }
      }
    }
  }
}
