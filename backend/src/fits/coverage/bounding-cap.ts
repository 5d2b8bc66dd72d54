import { angleBetween, at, cross, dot, newVector, normalize, type Vector } from '../wcs/vector.ts'

/** A circle on the sky. */
export interface Cap {
  center: Vector
  radiusRad: number
}

/**
 * The smallest cap around points that lie within one hemisphere, by Welzl's incremental algorithm: a cap within a
 * hemisphere is a ball's section, so the flat theory holds. Undefined where a circle of 89 degrees around the points'
 * mean does not hold them: there the algorithm could go round for ever.
 */
export function boundingCap(given: readonly Vector[]): Cap | undefined {
  const mean = meanWithinHemisphere(given)
  if (mean === undefined) return undefined
  const points = scattered(given)
  let cap: Cap | undefined
  for (let i = 0; i < points.length; i++) {
    const p = points[i] as Vector
    if (cap && holds(cap, p)) continue
    cap = { center: p, radiusRad: 0 }
    for (let j = 0; j < i; j++) {
      const q = points[j] as Vector
      if (holds(cap, q)) continue
      cap = capOfTwo(p, q)
      for (let k = 0; k < j; k++) {
        const r = points[k] as Vector
        if (!holds(cap, r)) cap = capOfThree(p, q, r)
      }
    }
  }
  // Points within rounding of each other, or of one line, may be left out by a hair.
  const around = [cap?.center ?? mean, mean].map((center) => capAround(center, points))
  return around.reduce((one, other) => (other.radiusRad < one.radiusRad ? other : one))
}

function capAround(center: Vector, points: readonly Vector[]): Cap {
  return { center, radiusRad: Math.max(...points.map((point) => angleBetween(center, point))) }
}

/** Undefined where a circle of 89 degrees around the mean does not hold the points. */
function meanWithinHemisphere(points: readonly Vector[]): Vector | undefined {
  const sum = newVector()
  for (const point of points) for (let i = 0; i < 3; i++) sum[i] = (sum[i] as number) + (point[i] as number)
  if (dot(sum, sum) < 1e-18) return undefined
  const mean = normalize(sum)
  return points.every((point) => dot(mean, point) > MIN_COSINE) ? mean : undefined
}

/** Cosine of 89 degrees. */
const MIN_COSINE = 0.01745

/** The algorithm takes linear time in a random order, but cubic time in some tidy ones, such as along an outline. */
function scattered(points: readonly Vector[]): Vector[] {
  const stride = points.length % 7919 === 0 ? 7907 : 7919
  return points.map((_, i) => points[(i * stride) % points.length] as Vector)
}

function holds(cap: Cap, point: Vector): boolean {
  return angleBetween(cap.center, point) <= cap.radiusRad + 1e-12
}

function capOfTwo(a: Vector, b: Vector): Cap {
  const sum = newVector(at(a, 0) + at(b, 0), at(a, 1) + at(b, 1), at(a, 2) + at(b, 2))
  const center = dot(sum, sum) > 1e-20 ? normalize(sum) : a
  return { center, radiusRad: Math.max(angleBetween(center, a), angleBetween(center, b)) }
}

function capOfThree(a: Vector, b: Vector, c: Vector): Cap {
  const ab = newVector(at(b, 0) - at(a, 0), at(b, 1) - at(a, 1), at(b, 2) - at(a, 2))
  const ac = newVector(at(c, 0) - at(a, 0), at(c, 1) - at(a, 1), at(c, 2) - at(a, 2))
  const axis = cross(ab, ac)
  if (dot(axis, axis) < 1e-36) {
    return [capOfTwo(a, c), capOfTwo(b, c)].reduce(
      (one, other) => (other.radiusRad > one.radiusRad ? other : one),
      capOfTwo(a, b),
    )
  }
  const unit = normalize(axis)
  const center = dot(unit, a) >= 0 ? unit : newVector(-at(unit, 0), -at(unit, 1), -at(unit, 2))
  return { center, radiusRad: angleBetween(center, a) }
}
