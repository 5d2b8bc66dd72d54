import { at, type Vector } from '../vector.ts'
import { EDGE_TOLERANCE, type Projection } from './projection.ts'

const HALF_PI = Math.PI / 2

/** Plate carree, paper II section 5.2.3. */
export const CAR: Projection = {
  code: 'CAR',
  theta0Deg: 0,
  toSphere: (x, y, out) => {
    if (!inside(x, Math.PI) || !inside(y, HALF_PI)) return false
    const cosine = Math.cos(y)
    out[0] = cosine * Math.cos(x)
    out[1] = cosine * Math.sin(x)
    out[2] = Math.sin(y)
    return true
  },
  toPlane: (direction, out) => {
    out[0] = phiOf(direction)
    out[1] = thetaOf(direction)
    return true
  },
  reach: (x, y, h) => bounded(gapOf(x, Math.PI, y, HALF_PI), h, h),
}

/** Mercator, section 5.2.4. */
export const MER: Projection = {
  code: 'MER',
  theta0Deg: 0,
  toSphere: (x, y, out) => {
    if (!inside(x, Math.PI) || !Number.isFinite(y)) return false
    // cos theta = 1 / cosh y and sin theta = tanh y.
    const cosine = 1 / Math.cosh(y)
    out[0] = cosine * Math.cos(x)
    out[1] = cosine * Math.sin(x)
    out[2] = Math.tanh(y)
    return true
  },
  toPlane: (direction, out) => {
    const equatorial = Math.hypot(at(direction, 0), at(direction, 1))
    if (equatorial === 0) return false
    out[0] = phiOf(direction)
    out[1] = Math.asinh(at(direction, 2) / equatorial)
    return true
  },
  reach: (x, y, h) => bounded(gapOf(x, Math.PI, y, Number.POSITIVE_INFINITY), h, h),
}

/** Cylindrical equal-area, section 5.2.2: PVi_1 = lambda, 0 < lambda <= 1. */
export function cylindricalEqualArea(lambda: number): Projection {
  return {
    code: 'CEA',
    theta0Deg: 0,
    toSphere: (x, y, out) => {
      const sine = y * lambda
      if (!inside(x, Math.PI) || !inside(sine, 1)) return false
      const clamped = Math.max(-1, Math.min(1, sine))
      const cosine = Math.sqrt((1 - clamped) * (1 + clamped))
      out[0] = cosine * Math.cos(x)
      out[1] = cosine * Math.sin(x)
      out[2] = clamped
      return true
    },
    toPlane: (direction, out) => {
      out[0] = phiOf(direction)
      out[1] = at(direction, 2) / lambda
      return true
    },
    reach: (x, y, h) => {
      const sine = lambda * (Math.abs(y) + h)
      const scale = sine < 1 ? Math.max(1, lambda / Math.sqrt(1 - sine * sine)) : Number.POSITIVE_INFINITY
      return bounded(gapOf(x, Math.PI, y, 1 / lambda), h, h * scale)
    },
  }
}

export function phiOf(direction: Vector): number {
  return Math.atan2(at(direction, 1), at(direction, 0))
}

export function thetaOf(direction: Vector): number {
  return Math.atan2(at(direction, 2), Math.hypot(at(direction, 0), at(direction, 1)))
}

export function inside(value: number, limit: number): boolean {
  return Math.abs(value) <= limit + EDGE_TOLERANCE
}

/** How far a plane point is outside the rectangle |x| <= xLimit, |y| <= yLimit; minus its depth inside. */
export function gapOf(x: number, xLimit: number, y: number, yLimit: number): number {
  return Math.max(Math.abs(x) - xLimit, Math.abs(y) - yLimit)
}

/** The reach, given how far (x, y) is outside the sphere's image, and the bound that holds inside. */
export function bounded(gap: number, h: number, angle: number): number {
  if (gap - h > EDGE_TOLERANCE) return -1
  return gap + h > 0 ? Number.POSITIVE_INFINITY : angle
}
