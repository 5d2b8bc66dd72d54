import { FitsError } from '../fits-error.ts'
import { angleBetween, cross, dot, type Vector, vectorOf } from '../wcs/vector.ts'
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

function checkEdges(vertices: readonly Vector[]): void {
  vertices.forEach((a, i) => {
    const corners = `Corners ${i + 1} and ${((i + 1) % vertices.length) + 1} of the polygon are`
    const angle = angleBetween(a, next(vertices, i))
    if (angle === 0) throw bad(`${corners} the same. Leave one out.`)
    if (angle > Math.PI - 1e-9) {
      throw bad(
        `${corners} opposite each other, so that no one great circle joins them. Add a corner between them.`,
      )
    }
  })
  vertices.forEach((a, i) => {
    const b = next(vertices, i)
    for (let j = i + 2; j < vertices.length; j++) {
      const c = vertices[j] as Vector
      const d = next(vertices, j)
      const neighbours = i === 0 && j === vertices.length - 1
      if (!neighbours && (arcsCross(a, b, c, d) || touches(a, c, d) || touches(c, a, b))) {
        throw bad(
          `Edges ${i + 1} and ${j + 1} of the polygon cross or touch each other. Put its corners in order.`,
        )
      }
    }
  })
}

/** Whether a point lies on the arc from a to b, to within rounding. */
function touches(point: Vector, a: Vector, b: Vector): boolean {
  const normal = cross(a, b)
  const length = Math.hypot(...normal)
  if (Math.abs(dot(normal, point)) > 1e-15 * Math.max(length, 1e-3)) return false
  return angleBetween(a, point) + angleBetween(point, b) <= angleBetween(a, b) * (1 + 1e-12) + 1e-15
}

function next(vertices: readonly Vector[], index: number): Vector {
  return vertices[(index + 1) % vertices.length] as Vector
}

function bad(message: string): FitsError {
  return new FitsError('BAD_REGION', message)
}
