import type { SkyPosition } from './dataset.ts'

/** A direction as a unit vector; x towards right ascension 0 on the equator, z to the north pole. */
export type SkyVector = readonly [x: number, y: number, z: number]

const RADIANS = Math.PI / 180

export function skyVector({ raDeg, decDeg }: SkyPosition): SkyVector {
  const ra = raDeg * RADIANS
  const dec = decDeg * RADIANS
  return [Math.cos(dec) * Math.cos(ra), Math.cos(dec) * Math.sin(ra), Math.sin(dec)]
}

export function dot(a: SkyVector, b: SkyVector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function cross(a: SkyVector, b: SkyVector): SkyVector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/** Degrees between two directions; exact for small angles too, where the arc cosine is not. */
export function separationDeg(a: SkyVector, b: SkyVector): number {
  return Math.atan2(Math.hypot(...cross(a, b)), dot(a, b)) / RADIANS
}

export interface EquatorialBox {
  readonly minX: number
  readonly maxX: number
  readonly minY: number
  readonly maxY: number
}

// Keeps touching circles touching after rounding; 1e-9 of a radian is 0.2 milliarcseconds.
const MARGIN = 1e-9

/** The x and y that a circle on the sky reaches: no point of it is further from the centre than its chord. */
export function equatorialBox(center: SkyVector, radiusDeg: number): EquatorialBox {
  const chord = 2 * Math.sin((Math.min(radiusDeg, 180) * RADIANS) / 2) + MARGIN
  return {
    minX: center[0] - chord,
    maxX: center[0] + chord,
    minY: center[1] - chord,
    maxY: center[1] + chord,
  }
}
