import { BLANK_CODE, MAX_CODE } from './render.ts'

/** value = minimum + code x (maximum - minimum) / 65534; code 65535 is blank. */
export interface TileCodes {
  /** Extremes of the tile's finite values; both 0 where it has none. */
  minimum: number
  maximum: number
  codes: Uint16Array<ArrayBuffer>
}

/** Codes of a rectangle of a row-major array; what is not finite is blank. */
export function encodeTile(
  values: Float32Array | Float64Array,
  strideWidth: number,
  area: { x: number; width: number; height: number },
): TileCodes {
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  for (let row = 0; row < area.height; row++) {
    const start = row * strideWidth + area.x
    for (let i = start; i < start + area.width; i++) {
      const value = values[i] as number
      if (value - value !== 0) continue
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
    }
  }
  const codes = new Uint16Array(area.width * area.height)
  if (minimum > maximum) return { minimum: 0, maximum: 0, codes: codes.fill(BLANK_CODE) }
  const factor = maximum > minimum ? MAX_CODE / (maximum - minimum) : 0
  let to = 0
  for (let row = 0; row < area.height; row++) {
    const start = row * strideWidth + area.x
    for (let i = start; i < start + area.width; i++) {
      const value = values[i] as number
      // A difference from itself is 0 for finite numbers alone.
      codes[to++] = value - value === 0 ? ((value - minimum) * factor + 0.5) | 0 : BLANK_CODE
    }
  }
  return { minimum, maximum, codes }
}
