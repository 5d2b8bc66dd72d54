import { angleBetween, at, cross, dot, newVector, normalize, type Vector } from '../wcs/vector.ts'

/** A circle on the sky. */
export interface Cap {
  center: Vector
  radiusRad: number
}

/**
 * The smallest cap around points that lie within one hemisphere, by Welzl's incremental algorithm: a cap within a
 * hemisphere is a ball's section, so the flat theory holds. Undefined where the points need more than that.
 */
export function boundingCap(points: readonly Vector[]): Cap | undefined {
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
  return cap && cap.radiusRad < Math.PI / 2 && points.every((point) => holds(cap, point)) ? cap : undefined
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
  if (dot(axis, axis) < 1e-36) return capOfTwo(a, b)
  const unit = normalize(axis)
  const center = dot(unit, a) >= 0 ? unit : newVector(-at(unit, 0), -at(unit, 1), -at(unit, 2))
  return { center, radiusRad: angleBetween(center, a) }
}
