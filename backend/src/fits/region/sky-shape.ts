import { boundingCap } from '../coverage/bounding-cap.ts'
import {
  angleBetween,
  at,
  cross,
  DEGREES,
  dot,
  newVector,
  normalize,
  type Vector,
  vectorOf,
} from '../wcs/vector.ts'
import { type Edge, EdgeTree } from './edge-tree.ts'
import { arcsCross, orientation, signedAreaOf } from './great-circle.ts'
import type { PolygonRegion, RangeRegion, Region } from './region.ts'

/** A region made ready for many questions. */
export interface SkyShape {
  contains(direction: Vector): boolean
  /** As contains(), for a direction near one that is known: cheap for an outline of many corners. */
  containsNear?(direction: Vector, known: Vector, knownInside: boolean): boolean
  /**
   * A lower bound, radians, of the angle from a direction to the region's boundary: positive outside,
   * negative inside. Where the boundary is nearer than `near`, it may be of either sign.
   */
  distance(direction: Vector, near?: number): number
  /** Points all along the boundary, at most about `stepRad` apart, but no more than a few hundred. */
  boundary(stepRad: number): Vector[]
  /** Points that stand for a region so small that it holds no pixel's centre. */
  anchors: readonly Vector[]
}

/** For a region that checkRegion let pass. */
export function skyShape(region: Region): SkyShape {
  switch (region.kind) {
    case 'circle':
      return circle(vectorOf(region.raDeg, region.decDeg), region.radiusDeg / DEGREES)
    case 'range':
      return range(region)
    case 'polygon':
      return polygon(region)
  }
}

export function regionContains(region: Region, raDeg: number, decDeg: number): boolean {
  return skyShape(region).contains(vectorOf(raDeg, decDeg))
}

const MAX_BOUNDARY_POINTS = 720

function circle(center: Vector, radius: number): SkyShape {
  return {
    contains: (direction) => angleBetween(center, direction) <= radius,
    distance: (direction) => angleBetween(center, direction) - radius,
    boundary: (step) => {
      const { u, v } = tangents(center)
      const count = pointsFor(2 * Math.PI * Math.sin(radius), step)
      return Array.from({ length: count }, (_, i) => {
        const angle = (2 * Math.PI * i) / count
        return combine(
          center,
          Math.cos(radius),
          u,
          Math.sin(radius) * Math.cos(angle),
          v,
          Math.sin(radius) * Math.sin(angle),
        )
      })
    },
    anchors: [center],
  }
}

function range(region: RangeRegion): SkyShape {
  const { raMinDeg, raMaxDeg, decMinDeg, decMaxDeg } = region
  const fullCircle = raMaxDeg - raMinDeg >= 360
  const width = fullCircle ? 360 : (((raMaxDeg - raMinDeg) % 360) + 360) % 360
  const decMin = decMinDeg / DEGREES
  const decMax = decMaxDeg / DEGREES
  const eastOf = (direction: Vector): number => {
    const ra = Math.atan2(at(direction, 1), at(direction, 0)) * DEGREES
    return (((ra - raMinDeg) % 360) + 360) % 360
  }
  const latitude = (direction: Vector): number =>
    Math.atan2(at(direction, 2), Math.sqrt(at(direction, 0) ** 2 + at(direction, 1) ** 2))
  const withinRa = (direction: Vector): boolean => {
    if (fullCircle) return true
    const east = eastOf(direction)
    // The western edge itself may come out a rounding error below 360.
    return east <= width || east > 360 - 1e-12
  }
  return {
    contains: (direction) => {
      const dec = latitude(direction)
      return dec >= decMin && dec <= decMax && withinRa(direction)
    },
    distance: (direction) => {
      const dec = latitude(direction)
      const outside = Math.max(decMin - dec, dec - decMax)
      // A parallel at the pole itself bounds nothing.
      const toParallels = Math.min(
        decMinDeg <= -90 ? Math.PI : dec - decMin,
        decMaxDeg >= 90 ? Math.PI : decMax - dec,
      )
      if (fullCircle) return outside > 0 ? outside : -toParallels
      const east = eastOf(direction)
      const toMeridians = Math.min(angleToMeridian(dec, east), angleToMeridian(dec, east - width))
      if (withinRa(direction)) return outside > 0 ? outside : -Math.min(toParallels, toMeridians)
      return Math.max(outside, toMeridians)
    },
    boundary: (step) => {
      const points: Vector[] = []
      const along = pointsFor((width / DEGREES) * Math.max(Math.cos(decMin), Math.cos(decMax)), step)
      for (let i = 0; i <= along; i++) {
        const ra = raMinDeg + (width * i) / along
        points.push(vectorOf(ra, decMinDeg), vectorOf(ra, decMaxDeg))
      }
      const up = pointsFor(decMax - decMin, step)
      for (let i = 0; i <= up; i++) {
        const dec = decMinDeg + ((decMaxDeg - decMinDeg) * i) / up
        points.push(vectorOf(raMinDeg, dec), vectorOf(raMinDeg + width, dec))
      }
      return points
    },
    anchors: [
      vectorOf(raMinDeg, decMinDeg),
      vectorOf(raMinDeg + width, decMinDeg),
      vectorOf(raMinDeg, decMaxDeg),
      vectorOf(raMinDeg + width, decMaxDeg),
    ],
  }
}

/** Angle, radians, from a point to the half circle from pole to pole that is `lonDeg` away from it. */
function angleToMeridian(dec: number, lonDeg: number): number {
  const lon = lonDeg / DEGREES
  const sine = Math.cos(dec) * Math.abs(Math.sin(lon))
  return Math.cos(lon) >= 0 ? Math.asin(Math.min(1, sine)) : Math.PI / 2 - Math.abs(dec)
}

function polygon(region: PolygonRegion): SkyShape {
  const given = region.vertices.map(({ raDeg, decDeg }) => vectorOf(raDeg, decDeg))
  // IVOA asks for the inside on the left; the outline is turned where it was given the other way.
  const vertices = signedAreaOf(given) >= 0 ? given : given.toReversed()
  const edges = vertices.map((a, i) => [a, vertices[(i + 1) % vertices.length] as Vector] as const)
  const tree = new EdgeTree(edges)
  const references = referencePoints(edges)
  const cap = boundingCap(vertices)
  /** How far a direction is outside a circle around the polygon: most of the sky needs no look at the edges. */
  const beyondCap = (direction: Vector): number =>
    cap ? angleBetween(cap.center, direction) - cap.radiusRad : 0
  const contains = (direction: Vector): boolean => {
    if (beyondCap(direction) > 1e-9) return false
    // An arc of nearly half a turn is ill-defined: one of the two reference points is always nearer than that.
    const reference = dot(references[0].point, direction) > -0.9 ? references[0] : references[1]
    return reference.inside !== tree.crossesOddly(direction, reference.point)
  }
  return {
    contains,
    containsNear: (direction, known, knownInside) =>
      dot(direction, known) > 0.5 ? knownInside !== tree.crossesOddly(direction, known) : contains(direction),
    distance: (direction, near = 0) => {
      const beyond = beyondCap(direction)
      if (cap && beyond > cap.radiusRad) return beyond
      const nearest = tree.distance(direction)
      return nearest >= near && contains(direction) ? -nearest : nearest
    },
    boundary: (step) =>
      edges.flatMap(([a, b]) => {
        const count = Math.min(
          pointsFor(angleBetween(a, b), step),
          Math.ceil((4 * MAX_BOUNDARY_POINTS) / edges.length),
        )
        return Array.from({ length: count }, (_, i) => {
          const t = i / count
          return normalize(combine(a, 1 - t, b, t))
        })
      }),
    anchors: vertices,
  }
}

interface ReferencePoint {
  point: Vector
  inside: boolean
}

/** Two points a quarter turn apart and away from the polygon's middle, with what is known of them. */
function referencePoints(edges: readonly Edge[]): [ReferencePoint, ReferencePoint] {
  const middle = newVector()
  for (const [a] of edges) for (let i = 0; i < 3; i++) middle[i] = (middle[i] as number) + (a[i] as number)
  const { u, v } = tangents(Math.hypot(...middle) > 1e-9 ? normalize(middle) : newVector(0, 0, 1))
  // An angle that no drawing tool makes, so that the arcs to it meet no corner.
  const turn = 0.7390851332151607
  const first = combine(u, Math.cos(turn), v, Math.sin(turn))
  const second = combine(u, -Math.sin(turn), v, Math.cos(turn))
  return [
    { point: first, inside: startsInside(first, edges) },
    { point: second, inside: startsInside(second, edges) },
  ]
}

/** From the middle of the first edge, whose left is inside, count the other edges crossed on the way to the point. */
function startsInside(point: Vector, edges: readonly Edge[]): boolean {
  const [first, ...others] = edges as [Edge, ...Edge[]]
  const [a, b] = first
  const start = normalize(combine(a, 1, b, 1))
  let inside = orientation(a, b, point) >= 0
  for (const [c, d] of others) if (arcsCross(c, d, start, point)) inside = !inside
  return inside
}

/** Two unit vectors that span the plane across a direction. */
function tangents(direction: Vector): { u: Vector; v: Vector } {
  const axis = Math.abs(at(direction, 2)) < 0.9 ? newVector(0, 0, 1) : newVector(1, 0, 0)
  const u = normalize(cross(axis, direction))
  return { u, v: cross(direction, u) }
}

function combine(a: Vector, p: number, b: Vector, q: number, c?: Vector, r = 0): Vector {
  const sum = newVector()
  for (let i = 0; i < 3; i++) {
    sum[i] = p * (a[i] as number) + q * (b[i] as number) + (c ? r * (c[i] as number) : 0)
  }
  return sum
}

function pointsFor(length: number, step: number): number {
  return Math.max(8, Math.min(MAX_BOUNDARY_POINTS, Math.ceil(length / step)))
}
