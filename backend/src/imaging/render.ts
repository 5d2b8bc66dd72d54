import { type ColorMap, colorTable } from './color-map.ts'
import { type Stretch, stretchFunction } from './stretch.ts'

export interface Appearance {
  /** The cuts: values that get the first and the last colour; what is beyond is clipped. */
  minimum: number
  maximum: number
  stretch: Stretch
  colorMap: ColorMap
  /** Last colour first. Default false. */
  reverse?: boolean
}

/** RGBA of physical values; NaN becomes transparent. */
export function renderValues(
  values: ArrayLike<number>,
  appearance: Appearance,
): Uint8ClampedArray<ArrayBuffer> {
  const colors = stretchedColors(appearance)
  const { minimum, maximum } = appearance
  const factor = maximum > minimum ? (STEPS - 1) / (maximum - minimum) : 0
  const rgba = new Uint32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (Number.isNaN(value)) continue
    // Without a range, everything above the one cut is white, everything else black.
    const place = factor === 0 ? (value > maximum ? STEPS - 1 : 0) : (value - minimum) * factor
    rgba[i] = colors[place <= 0 ? 0 : place >= STEPS - 1 ? STEPS - 1 : (place + 0.5) | 0] as number
  }
  return new Uint8ClampedArray(rgba.buffer)
}

/** The code of a tile's blank pixels. */
export const BLANK_CODE = 65535
/** The highest code of a value. */
export const MAX_CODE = 65534

export interface CodedAppearance extends Appearance {
  /** Values of the codes 0 and 65534. */
  codeMinimum: number
  codeMaximum: number
}

/** RGBA of a tile's 16-bit codes; the blank code becomes transparent. */
export function renderCodes(codes: Uint16Array, appearance: CodedAppearance): Uint8ClampedArray<ArrayBuffer> {
  const lookup = codeLookup(appearance)
  const rgba = new Uint32Array(codes.length)
  for (let i = 0; i < codes.length; i++) rgba[i] = lookup[codes[i] as number] as number
  return new Uint8ClampedArray(rgba.buffer)
}

/** A colour for every code, as one 32-bit word in this machine's byte order: make it once for many tiles. */
export function codeLookup(appearance: CodedAppearance): Uint32Array {
  const { codeMinimum, codeMaximum } = appearance
  const values = Float64Array.from(
    { length: BLANK_CODE + 1 },
    (_, code) => codeMinimum + (code * (codeMaximum - codeMinimum)) / MAX_CODE,
  )
  values[BLANK_CODE] = Number.NaN
  return new Uint32Array(renderValues(values, appearance).buffer)
}

/** The image upside down: FITS rows run upwards, a screen's run downwards. */
export function flipRows(
  rgba: Uint8ClampedArray,
  widthPx: number,
  heightPx: number,
): Uint8ClampedArray<ArrayBuffer> {
  const flipped = new Uint8ClampedArray(rgba.length)
  const rowBytes = 4 * widthPx
  for (let row = 0; row < heightPx; row++) {
    flipped.set(rgba.subarray(row * rowBytes, (row + 1) * rowBytes), (heightPx - 1 - row) * rowBytes)
  }
  return flipped
}

/** Steps that the range between the cuts is divided into: enough for the steepest stretch to show no bands. */
const STEPS = 16384

function stretchedColors({ stretch, colorMap, reverse }: Appearance): Uint32Array {
  const table = colorTable(colorMap)
  const curve = stretchFunction(stretch)
  const bytes = new Uint8Array(4 * STEPS)
  for (let step = 0; step < STEPS; step++) {
    const t = curve(step / (STEPS - 1))
    const color = Math.round(255 * (reverse ? 1 - t : t))
    bytes.set(table.subarray(3 * color, 3 * color + 3), 4 * step)
    bytes[4 * step + 3] = 255
  }
  return new Uint32Array(bytes.buffer)
}
