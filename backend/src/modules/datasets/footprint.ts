import type { Coverage, SkyPosition } from './dataset.ts'
import { cross, dot, type SkyVector, separationDeg, skyVector } from './sky-vector.ts'

export interface SkyCircle {
  readonly center: SkyPosition
  /** 0 for a point. */
  readonly radiusDeg: number
}

/** Whether an image's footprint and a circle have a point in common; edges count. */
export function footprintMeets(coverage: Coverage, circle: SkyCircle): boolean {
  const corners = coverage.footprint.map(skyVector)
  if (corners.length < 3) return true
  const center = skyVector(circle.center)
  const toEdge = Math.min(...edgesOf(corners).map(([from, to]) => distanceToArcDeg(center, from, to)))
  // A thousandth of a milliarcsecond, so that a point on the edge is not lost to rounding.
  if (toEdge <= circle.radiusDeg + 1e-9 / 3.6) return true
  // The circle crosses no edge: all of it is inside or all of it outside.
  return contains(corners, skyVector(coverage.interior), center)
}

function edgesOf(corners: readonly SkyVector[]): [SkyVector, SkyVector][] {
  return corners.map((corner, index) => [corner, corners[(index + 1) % corners.length] ?? corner])
}

/**
 * Whether an arc of a great circle from a point known to be inside crosses the outline an even number of
 * times. Unlike winding numbers this holds for images larger than half the sky.
 */
function contains(corners: readonly SkyVector[], inside: SkyVector, point: SkyVector): boolean {
  const crossings = edgesOf(corners).filter(([from, to]) => arcsCross(inside, point, from, to))
  return crossings.length % 2 === 0
}

/** Whether two arcs, each shorter than half a circle, cross. */
function arcsCross(a: SkyVector, b: SkyVector, c: SkyVector, d: SkyVector): boolean {
  const first = cross(a, b)
  const second = cross(c, d)
  const cSide = dot(first, c) > 0
  const dSide = dot(first, d) > 0
  const aSide = dot(second, a) > 0
  const bSide = dot(second, b) > 0
  if (cSide === dSide || aSide === bSide) return false
  // The great circles cross in two opposite points; the arcs meet only if both run through the same one.
  // A corner that lies exactly on the arc counts on one side alone, so that it is crossed once.
  return cSide !== aSide
}

/** Degrees from a point to the nearest point of an arc of a great circle. */
function distanceToArcDeg(point: SkyVector, from: SkyVector, to: SkyVector): number {
  const toEnds = Math.min(separationDeg(point, from), separationDeg(point, to))
  const pole = cross(from, to)
  const length = Math.hypot(...pole)
  if (length < 1e-15) return toEnds
  // The foot of the perpendicular lies on the arc if the point is between the planes through its ends.
  const between = dot(cross(pole, from), point) >= 0 && dot(cross(to, pole), point) >= 0
  if (!between) return toEnds
  return Math.abs(Math.asin(Math.max(-1, Math.min(1, dot(pole, point) / length)))) * (180 / Math.PI)
}
