import { angleBetween, DEGREES, vectorOf } from './vector.ts'
import type { SkyPosition } from './wcs.ts'

export function angularDistanceDeg(a: SkyPosition, b: SkyPosition): number {
  return angleBetween(vectorOf(a.raDeg, a.decDeg), vectorOf(b.raDeg, b.decDeg)) * DEGREES
}
