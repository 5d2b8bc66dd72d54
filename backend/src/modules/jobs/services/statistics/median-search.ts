const BINS = 1 << 16

/**
 * Finds the median of values that are shown to it twice, in blocks, by counting them: first by the upper half of their
 * bits, then, in the bins where the middle lies, by the lower half. Offsets from `center` are rounded to single
 * precision. With 0 as centre, values of single precision lose nothing; with the mean, the error is at most 2^-24
 * standard deviations, as the median is nowhere further from the mean than one of them.
 */
export class MedianSearch {
  readonly #center: number
  /** Ranks, from 0, of the one or two values in the middle. */
  readonly #ranks: readonly number[]
  readonly #coarse = new Float64Array(BINS)
  readonly #fine = new Map<number, Float64Array>()
  /** Bin of each rank, and values in the bins before it. */
  #bins: readonly { readonly bin: number; readonly before: number }[] = []

  constructor(center: number, count: number) {
    this.#center = center
    this.#ranks = [Math.floor((count - 1) / 2), Math.floor(count / 2)]
  }

  add(values: Float64Array): void {
    const keys = orderedKeys(values, this.#center)
    if (this.#fine.size === 0) {
      for (const key of keys) this.#coarse[key >>> 16] = (this.#coarse[key >>> 16] as number) + 1
      return
    }
    for (const key of keys) {
      const bin = this.#fine.get(key >>> 16)
      if (bin !== undefined) bin[key & 0xffff] = (bin[key & 0xffff] as number) + 1
    }
  }

  endPass(): void {
    if (this.#fine.size > 0) return
    this.#bins = this.#ranks.map((rank) => binOf(this.#coarse, rank))
    for (const { bin } of this.#bins) this.#fine.set(bin, new Float64Array(BINS))
  }

  median(): number {
    const middle = this.#bins.map(({ bin, before }, i) => {
      const within = binOf(this.#fine.get(bin) ?? this.#coarse, (this.#ranks[i] as number) - before)
      return offsetOf(((bin << 16) | within.bin) >>> 0)
    })
    return this.#center + ((middle[0] as number) + (middle[1] as number)) / 2
  }
}

function binOf(counts: Float64Array, rank: number): { bin: number; before: number } {
  let before = 0
  for (let bin = 0; bin < counts.length; bin++) {
    const next = before + (counts[bin] as number)
    if (rank < next) return { bin, before }
    before = next
  }
  throw new Error('the median search was shown fewer values than it was told of')
}

/** Bits of single precision numbers, turned so that they are in order as unsigned integers. */
function orderedKeys(values: Float64Array, center: number): Uint32Array {
  const offsets = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) offsets[i] = (values[i] as number) - center
  const bits = new Uint32Array(offsets.buffer)
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i] as number
    bits[i] = word >>> 31 === 1 ? ~word : word | 0x80000000
  }
  return bits
}

function offsetOf(key: number): number {
  const bits = Uint32Array.of(key >>> 31 === 1 ? key & 0x7fffffff : ~key)
  return new Float32Array(bits.buffer)[0] as number
}
