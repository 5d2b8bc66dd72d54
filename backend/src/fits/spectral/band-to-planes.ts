import { FitsError } from '../fits-error.ts'
import type { SpectralAxis } from './spectral-axis.ts'

/** Vacuum wavelengths, m, both ends included; -Infinity and Infinity leave an end open. */
export interface Band {
  readonly lower: number
  readonly upper: number
}

/** Pixels along an axis, from 1, both ends included. */
export interface PlaneRange {
  first: number
  last: number
}

/** Pixels: numbers of ten digits, as people copy them, still meet the centre that they mean. */
const TOLERANCE = 1e-6

/**
 * The pixels along the spectral axis whose centres lie within the band; where it lies between two centres, the one
 * pixel that holds its middle (SODA 1.0, section 3.3.4). Throws REGION_OUTSIDE_IMAGE where the axis has none.
 * @param lengthPx pixels along the axis
 */
export function bandToPlanes(axis: SpectralAxis, lengthPx: number, { lower, upper }: Band): PlaneRange {
  const ends = [lower, upper].map((wave) => axis.wavelengthToPixel(Math.max(0, wave)))
  const low = Math.min(...ends)
  const high = Math.max(...ends)
  const first = Math.max(1, Math.ceil(low - TOLERANCE))
  const last = Math.min(lengthPx, Math.floor(high + TOLERANCE))
  if (first <= last) return { first, last }
  const middle = Math.round((low + high) / 2)
  const onAxis = high >= 0.5 && low <= lengthPx + 0.5
  if (onAxis && upper > 0 && Number.isFinite(middle)) {
    const plane = Math.max(1, Math.min(lengthPx, middle))
    return { first: plane, last: plane }
  }
  const waves = [axis.pixelToWavelength(0.5), axis.pixelToWavelength(lengthPx + 0.5)].toSorted(
    (a, b) => a - b,
  )
  throw new FitsError(
    'REGION_OUTSIDE_IMAGE',
    `BAND ${lower} ${upper} has no wavelength in common with the image, which covers ${waves.map((wave) => wave.toPrecision(6)).join(' to ')} m in vacuum.`,
  )
}
