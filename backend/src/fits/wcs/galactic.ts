import { GALACTIC_TO_ICRS, ICRS_TO_GALACTIC } from './frames.ts'
import { latDegOf, lonDegOf, rotate, vectorOf } from './vector.ts'
import type { FramePosition, SkyPosition } from './wcs.ts'

export function icrsToGalactic(raDeg: number, decDeg: number): FramePosition {
  const v = vectorOf(raDeg, decDeg)
  rotate(ICRS_TO_GALACTIC, v, v)
  return { lonDeg: lonDegOf(v), latDeg: latDegOf(v) }
}

export function galacticToIcrs(lonDeg: number, latDeg: number): SkyPosition {
  const v = vectorOf(lonDeg, latDeg)
  rotate(GALACTIC_TO_ICRS, v, v)
  return { raDeg: lonDegOf(v), decDeg: latDegOf(v) }
}
