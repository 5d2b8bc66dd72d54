import { at } from '../vector.ts'
import { bounded, gapOf, inside, phiOf, thetaOf } from './cylindrical.ts'
import { EDGE_TOLERANCE, type Projection } from './projection.ts'

const HALF_PI = Math.PI / 2

/** Sanson-Flamsteed, paper II section 5.3.1. */
export const SFL: Projection = {
  code: 'SFL',
  theta0Deg: 0,
  toSphere: (x, y, out) => {
    if (!inside(y, HALF_PI)) return false
    const cosine = Math.max(0, Math.cos(y))
    if (Math.abs(x) > Math.PI * cosine + EDGE_TOLERANCE) return false
    const phi = cosine < EDGE_TOLERANCE ? 0 : Math.max(-Math.PI, Math.min(Math.PI, x / cosine))
    out[0] = cosine * Math.cos(phi)
    out[1] = cosine * Math.sin(phi)
    out[2] = Math.sin(y)
    return true
  },
  toPlane: (direction, out) => {
    out[0] = phiOf(direction) * Math.hypot(at(direction, 0), at(direction, 1))
    out[1] = thetaOf(direction)
    return true
  },
  reach: (x, y, h) => {
    // |x| - pi cos y grows by at most sqrt(1 + pi^2) per unit of distance.
    const gap = Math.max(
      gapOf(x, Math.PI, y, HALF_PI),
      (Math.abs(x) - Math.PI * Math.cos(Math.min(Math.abs(y), HALF_PI))) / Math.hypot(1, Math.PI),
    )
    // cos theta d(phi) = dx + phi sin theta dy, and d(theta) = dy.
    const yMax = Math.min(Math.abs(y) + h, HALF_PI)
    const phiMax = Math.min(Math.PI, (Math.abs(x) + h) / Math.cos(yMax))
    return bounded(gap, h, h * (1 + phiMax * Math.sin(yMax)))
  },
}

/** Half-axes of the ellipse that Hammer-Aitoff and Mollweide both map the sphere to. */
const ELLIPSE_X = 2 * Math.SQRT2
const ELLIPSE_Y = Math.SQRT2

/** A lower bound of the plane distance to the ellipse, negative inside. */
function ellipseGap(x: number, y: number): number {
  return (Math.hypot(x / ELLIPSE_X, y / ELLIPSE_Y) - 1) * ELLIPSE_Y
}

/** Hammer-Aitoff, section 5.3.4. */
export const AIT: Projection = {
  code: 'AIT',
  theta0Deg: 0,
  toSphere: (x, y, out) => {
    const zSquared = 1 - (x / 4) ** 2 - (y / 2) ** 2
    if (!(zSquared >= 0.5 - EDGE_TOLERANCE)) return false
    const z = Math.sqrt(zSquared)
    const sine = Math.max(-1, Math.min(1, y * z))
    // The half longitude's tangent is (z x / 2) / (2 z^2 - 1); both have the common factor cos theta.
    const halfSine = (z * x) / 2
    const halfCosine = Math.max(0, 2 * zSquared - 1)
    const cosine = Math.sqrt(halfSine * halfSine + halfCosine * halfCosine)
    const phi = 2 * Math.atan2(halfSine, halfCosine)
    out[0] = cosine * Math.cos(phi)
    out[1] = cosine * Math.sin(phi)
    out[2] = sine
    return true
  },
  toPlane: (direction, out) => {
    const half = phiOf(direction) / 2
    const cosine = Math.hypot(at(direction, 0), at(direction, 1))
    const gamma = Math.sqrt(2 / (1 + cosine * Math.cos(half)))
    out[0] = 2 * gamma * cosine * Math.sin(half)
    out[1] = gamma * at(direction, 2)
    return true
  },
  // The largest stretch, at the ends of the long axis and at the poles, is 2 sqrt 2.
  reach: (x, y, h) => bounded(ellipseGap(x, y), h, 2 * Math.SQRT2 * h),
}

/** Mollweide, section 5.3.3. */
export const MOL: Projection = {
  code: 'MOL',
  theta0Deg: 0,
  toSphere: (x, y, out) => {
    if (!inside(y, ELLIPSE_Y)) return false
    const u = 2 * Math.acos(Math.min(1, Math.abs(y) / ELLIPSE_Y))
    const cosGamma = Math.sin(u / 2)
    const edge = ELLIPSE_X * cosGamma
    if (Math.abs(x) > edge + EDGE_TOLERANCE) return false
    const phi = edge < EDGE_TOLERANCE ? 0 : Math.max(-1, Math.min(1, x / edge)) * Math.PI
    const gap = chordGap(u) / Math.PI
    const cosine = Math.sqrt(gap * (2 - gap))
    out[0] = cosine * Math.cos(phi)
    out[1] = cosine * Math.sin(phi)
    out[2] = y < 0 ? gap - 1 : 1 - gap
    return true
  },
  toPlane: (direction, out) => {
    const z = at(direction, 2)
    const equatorialSquared = at(direction, 0) ** 2 + at(direction, 1) ** 2
    // 1 - |sin theta| without cancellation next to the poles.
    const u = solveChordGap((Math.PI * equatorialSquared) / (1 + Math.abs(z)))
    out[0] = (ELLIPSE_X / Math.PI) * phiOf(direction) * Math.sin(u / 2)
    out[1] = Math.sign(z) * ELLIPSE_Y * Math.cos(u / 2)
    return true
  },
  reach: (x, y, h) => {
    const sinGamma = (Math.abs(y) + h) / ELLIPSE_Y
    const gap = ellipseGap(x, y)
    if (sinGamma >= 1) return bounded(gap, h, Number.POSITIVE_INFINITY)
    const u = 2 * Math.acos(sinGamma)
    const poleGap = chordGap(u) / Math.PI
    const cosine = Math.sqrt(poleGap * (2 - poleGap))
    const cosGamma = Math.sin(u / 2)
    // d(theta)/dy, and the two parts of cos theta d(phi), each at its largest.
    const meridian = (4 * cosGamma) / (Math.PI * Math.SQRT2 * cosine)
    const parallel = Math.PI / ELLIPSE_X + (Math.PI * sinGamma * cosine) / (Math.SQRT2 * cosGamma * cosGamma)
    return bounded(gap, h, h * (meridian + parallel))
  },
}

/** u - sin u, also for small u. With u = pi - 2 gamma it is pi (1 - sin theta). */
function chordGap(u: number): number {
  if (u > 0.3) return u - Math.sin(u)
  const s = u * u
  return ((u * s) / 6) * (1 - (s / 20) * (1 - (s / 42) * (1 - (s / 72) * (1 - s / 110))))
}

/** Solves u - sin u = gap for u in [0, pi]. The function is convex there, so Newton's steps cannot go astray. */
function solveChordGap(gap: number): number {
  let u = Math.min(Math.cbrt(6 * gap), Math.PI)
  if (u === 0) return 0
  for (let step = 0; step < 50; step++) {
    const half = Math.sin(u / 2)
    const next = u - (chordGap(u) - gap) / (2 * half * half)
    if (Math.abs(next - u) <= 2e-16 * u) return next
    u = next
  }
  return u
}
