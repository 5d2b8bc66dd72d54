import { angleBetween, at, cross, dot, newVector, type Vector } from '../wcs/vector.ts'

/** Six times the volume of the tetrahedron: positive where c is to the left of the arc from a to b. */
export function orientation(a: Vector, b: Vector, c: Vector): number {
  // (b - a) x (c - a) . a keeps its precision for points that are arc seconds apart.
  const bx = at(b, 0) - at(a, 0)
  const by = at(b, 1) - at(a, 1)
  const bz = at(b, 2) - at(a, 2)
  const cx = at(c, 0) - at(a, 0)
  const cy = at(c, 1) - at(a, 1)
  const cz = at(c, 2) - at(a, 2)
  return (by * cz - bz * cy) * at(a, 0) + (bz * cx - bx * cz) * at(a, 1) + (bx * cy - by * cx) * at(a, 2)
}

/** Whether two arcs, each shorter than half a turn, cross. Zero counts as left, so that a corner is met once. */
export function arcsCross(a: Vector, b: Vector, c: Vector, d: Vector): boolean {
  const abc = orientation(a, b, c) >= 0
  const abd = orientation(a, b, d) >= 0
  if (abc === abd) return false
  const cda = orientation(c, d, a) >= 0
  const cdb = orientation(c, d, b) >= 0
  // The last condition keeps out arcs that cross only after one of them is moved to the antipodes.
  return cda !== cdb && abc === cdb
}

/** Area to the left of a closed outline, in steradians: positive up to 2 pi, negative where it is more than that. */
export function signedAreaOf(vertices: readonly Vector[]): number {
  let sum = 0
  const origin = vertices[0] as Vector
  for (let i = 1; i + 1 < vertices.length; i++) {
    const b = vertices[i] as Vector
    const c = vertices[i + 1] as Vector
    // Spherical excess (Van Oosterom and Strackee 1983).
    sum += 2 * Math.atan2(orientation(origin, b, c), 1 + dot(origin, b) + dot(b, c) + dot(c, origin))
  }
  const turns = Math.round(sum / (4 * Math.PI))
  return sum - turns * 4 * Math.PI
}

const normal = newVector()
const foot = newVector()

/** Angle, radians, from a point to the arc from a to b. */
export function distanceToArc(point: Vector, a: Vector, b: Vector): number {
  cross(a, b, normal)
  const length = Math.sqrt(dot(normal, normal))
  const height = dot(normal, point) / length
  for (let i = 0; i < 3; i++) foot[i] = (point[i] as number) - (height * (normal[i] as number)) / length
  // Is the foot of the perpendicular between a and b?
  const pastA =
    at(normal, 0) * cross3(a, foot, 0) +
    at(normal, 1) * cross3(a, foot, 1) +
    at(normal, 2) * cross3(a, foot, 2)
  const pastB =
    at(normal, 0) * cross3(foot, b, 0) +
    at(normal, 1) * cross3(foot, b, 1) +
    at(normal, 2) * cross3(foot, b, 2)
  if (pastA >= 0 && pastB >= 0) return Math.atan2(Math.abs(height), Math.sqrt(dot(foot, foot)))
  return Math.min(angleBetween(point, a), angleBetween(point, b))
}

function cross3(a: Vector, b: Vector, component: 0 | 1 | 2): number {
  const j = ((component + 1) % 3) as 0 | 1 | 2
  const k = ((component + 2) % 3) as 0 | 1 | 2
  return at(a, j) * at(b, k) - at(a, k) * at(b, j)
}
