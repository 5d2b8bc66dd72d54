import { FitsError } from '../fits-error.ts'
import { angleBetween, at, cross, dot, newVector, type Vector, vectorOf } from '../wcs/vector.ts'
import type { SkyPosition } from '../wcs/wcs.ts'
import { arcsCross, signedAreaOf } from './great-circle.ts'
import type { Region } from './region.ts'

/** Corners of a polygon: far more than any outline drawn by hand, few enough to compare each edge with each. */
export const MAX_VERTICES = 1000

/** Throws BAD_REGION, with the number at fault and the limit, for a region that means nothing. */
export function checkRegion(region: Region): void {
  switch (region.kind) {
    case 'circle':
      checkPosition(region, 'The centre')
      if (!(region.radiusDeg > 0 && region.radiusDeg <= 180)) {
        throw bad(`The radius is ${region.radiusDeg} degrees; it must be above 0 and at most 180.`)
      }
      return
    case 'range':
      checkRange(region.raMinDeg, region.raMaxDeg, region.decMinDeg, region.decMaxDeg)
      return
    case 'polygon':
      checkPolygon(region.vertices)
      return
    default:
      region satisfies never
  }
}

/** Longitudes of one turn either way are taken, as clients write -10 as well as 350. */
function checkPosition({ raDeg, decDeg }: SkyPosition, what: string): void {
  if (!(raDeg >= -360 && raDeg <= 360)) {
    throw bad(`${what} has the right ascension ${raDeg}; it must be a number of degrees from 0 to 360.`)
  }
  if (!(decDeg >= -90 && decDeg <= 90)) {
    throw bad(`${what} has the declination ${decDeg}; it must be a number of degrees from -90 to 90.`)
  }
}

function checkRange(raMin: number, raMax: number, decMin: number, decMax: number): void {
  checkPosition({ raDeg: raMin, decDeg: decMin }, 'The first corner of the range')
  checkPosition({ raDeg: raMax, decDeg: decMax }, 'The second corner of the range')
  if (!(decMin < decMax)) {
    throw bad(
      `The declinations of the range run from ${decMin} to ${decMax}; the first must be the smaller one.`,
    )
  }
  if (raMin === raMax) {
    throw bad(`The right ascensions of the range are both ${raMin}; use 0 and 360 for all of them.`)
  }
}

function checkPolygon(positions: readonly SkyPosition[]): void {
  if (positions.length < 3) {
    throw bad(`The polygon has ${positions.length} corners; it needs at least 3.`)
  }
  if (positions.length > MAX_VERTICES) {
    throw bad(`The polygon has ${positions.length} corners; at most ${MAX_VERTICES} are taken.`)
  }
  positions.forEach((position, index) => {
    checkPosition(position, `Corner ${index + 1} of the polygon`)
  })
  const vertices = positions.map(({ raDeg, decDeg }) => vectorOf(raDeg, decDeg))
  checkEdges(vertices)
  const perimeter = vertices.reduce((sum, vertex, i) => sum + angleBetween(vertex, next(vertices, i)), 0)
  // A sliver thinner than about 1e-9 of its length is a line.
  if (Math.abs(signedAreaOf(vertices)) < 1e-10 * Math.min(1, perimeter) ** 2) {
    throw bad('The polygon encloses no area: its corners lie on one great circle. Move one of them.')
  }
}

interface Edge {
  readonly a: Vector
  readonly b: Vector
  readonly angle: number
  /** a x b, and its length. */
  readonly normal: Vector
  readonly sine: number
  /** Centre and radius of a ball that holds the whole arc: the chord's middle and half of its length. */
  readonly middle: Vector
  readonly radius: number
}

function edgeOf(a: Vector, b: Vector): Edge {
  const normal = cross(a, b)
  const middle = newVector((at(a, 0) + at(b, 0)) / 2, (at(a, 1) + at(b, 1)) / 2, (at(a, 2) + at(b, 2)) / 2)
  return {
    a,
    b,
    angle: angleBetween(a, b),
    normal,
    sine: Math.sqrt(dot(normal, normal)),
    middle,
    radius: Math.sqrt(squaredDistance(a, b)) / 2,
  }
}

function checkEdges(vertices: readonly Vector[]): void {
  const edges = vertices.map((a, i) => edgeOf(a, next(vertices, i)))
  edges.forEach(({ angle }, i) => {
    const corners = `Corners ${i + 1} and ${((i + 1) % vertices.length) + 1} of the polygon are`
    if (angle === 0) throw bad(`${corners} the same. Leave one out.`)
    if (angle > Math.PI - 1e-9) {
      throw bad(
        `${corners} opposite each other, so that no one great circle joins them. Add a corner between them.`,
      )
    }
  })
  edges.forEach((edge, i) => {
    for (let j = i + 2; j < edges.length; j++) {
      const neighbours = i === 0 && j === edges.length - 1
      if (!neighbours && meet(edge, edges[j] as Edge)) {
        throw bad(
          `Edges ${i + 1} and ${j + 1} of the polygon cross or touch each other. Put its corners in order.`,
        )
      }
    }
  })
}

function meet(one: Edge, other: Edge): boolean {
  // Most pairs are far apart, which a distance tells without a look at their directions.
  const reach = one.radius + other.radius + 1e-12
  if (squaredDistance(one.middle, other.middle) > reach * reach) return false
  return arcsCross(one.a, one.b, other.a, other.b) || touches(one.a, other) || touches(other.a, one)
}

/** Whether a point lies on an arc, to within rounding. */
function touches(point: Vector, { a, b, angle, normal, sine }: Edge): boolean {
  if (Math.abs(dot(normal, point)) > 1e-15 * Math.max(sine, 1e-3)) return false
  return angleBetween(a, point) + angleBetween(point, b) <= angle * (1 + 1e-12) + 1e-15
}

function squaredDistance(a: Vector, b: Vector): number {
  return (at(a, 0) - at(b, 0)) ** 2 + (at(a, 1) - at(b, 1)) ** 2 + (at(a, 2) - at(b, 2)) ** 2
}

function next(vertices: readonly Vector[], index: number): Vector {
  return vertices[(index + 1) % vertices.length] as Vector
}

function bad(message: string): FitsError {
  return new FitsError('BAD_REGION', message)
}
