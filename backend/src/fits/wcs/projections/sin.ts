import { at } from '../vector.ts'
import { EDGE_TOLERANCE, type Projection } from './projection.ts'

/** Slant orthographic, paper II section 5.1.5: PVi_1 = xi, PVi_2 = eta; both 0 for the plain one. */
export function slantOrthographic(xi: number, eta: number): Projection {
  const a = 1 + xi * xi + eta * eta
  const norm = Math.sqrt(a)
  /** Squared distance of the line of sight through a plane point from the sphere's centre; the sphere ends at 1. */
  const missSquared = (x: number, y: number): number => {
    const u = x - xi
    const v = y - eta
    const b = xi * u + eta * v
    return Math.max(0, u * u + v * v - (b * b) / a)
  }
  return {
    code: 'SIN',
    theta0Deg: 90,
    toSphere: (x, y, out) => {
      const u = x - xi
      const v = y - eta
      const b = xi * u + eta * v
      const c = u * u + v * v - 1
      const discriminant = b * b - a * c
      if (!(discriminant >= -EDGE_TOLERANCE)) return false
      const root = Math.sqrt(Math.max(0, discriminant))
      // c / (b + root) is the near solution without the cancellation of (root - b) where b > 0.
      let sine = b > 0 ? -c / (b + root) : (root - b) / a
      if (sine > 1) sine = sine < 1 + EDGE_TOLERANCE ? 1 : (-b - root) / a
      if (!(sine >= -1 - EDGE_TOLERANCE)) return false
      const gap = 1 - sine
      out[0] = -(y - eta * gap)
      out[1] = x - xi * gap
      out[2] = sine
      return true
    },
    toPlane: (direction, out) => {
      // Only the half of the sphere that faces the viewer has an image.
      if (at(direction, 2) + xi * -at(direction, 1) + eta * at(direction, 0) < 0) return false
      // 1 - sin theta without cancellation next to the pole.
      const z = at(direction, 2)
      const gap = z > 0 ? (at(direction, 0) ** 2 + at(direction, 1) ** 2) / (1 + z) : 1 - z
      out[0] = at(direction, 1) + xi * gap
      out[1] = -at(direction, 0) + eta * gap
      return true
    },
    reach: (x, y, h) => {
      const miss = Math.sqrt(missSquared(x, y))
      if (miss - h > 1 + EDGE_TOLERANCE) return -1
      if (miss + h >= 1) return Number.POSITIVE_INFINITY
      return (h / Math.sqrt(1 - (miss + h) ** 2)) * norm
    },
  }
}
