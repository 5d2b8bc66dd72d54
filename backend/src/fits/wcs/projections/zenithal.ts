import { at } from '../vector.ts'
import { EDGE_TOLERANCE, type Projection } from './projection.ts'

interface ZenithalProfile {
  code: string
  /** Zenith distance (0 at the native pole) for a plane radius; NaN outside. */
  zenithDistance(radius: number): number
  /** Plane radius for a zenith distance, whose sine and cosine are given; NaN where there is none. */
  radius(zenithDistance: number, sine: number, cosine: number): number
  /** Radius of the sphere's image. */
  edge: number
  /** Upper bound of d(angle)/d(plane distance) within a radius; Infinity where it is unbounded. */
  scale(radius: number): number
}

/** Gnomonic, paper II section 5.1.3. */
export const TAN = zenithal({
  code: 'TAN',
  zenithDistance: Math.atan,
  radius: (_zenith, sine, cosine) => (cosine > 0 ? sine / cosine : Number.NaN),
  edge: Number.POSITIVE_INFINITY,
  scale: () => 1,
})

/** Stereographic, section 5.1.4. */
export const STG = zenithal({
  code: 'STG',
  zenithDistance: (radius) => 2 * Math.atan(radius / 2),
  radius: (zenith) => (zenith < Math.PI ? 2 * Math.tan(zenith / 2) : Number.NaN),
  edge: Number.POSITIVE_INFINITY,
  scale: () => 1,
})

/** Zenithal equidistant, section 5.1.6. */
export const ARC = zenithal({
  code: 'ARC',
  zenithDistance: (radius) => radius,
  radius: (zenith) => zenith,
  edge: Math.PI,
  scale: () => 1,
})

/** Zenithal equal-area, section 5.1.8. */
export const ZEA = zenithal({
  code: 'ZEA',
  zenithDistance: (radius) => 2 * Math.asin(Math.min(1, radius / 2)),
  radius: (zenith) => 2 * Math.sin(zenith / 2),
  edge: 2,
  scale: (radius) => (radius < 2 ? 1 / Math.sqrt(1 - (radius / 2) ** 2) : Number.POSITIVE_INFINITY),
})

function zenithal(profile: ZenithalProfile): Projection {
  return {
    code: profile.code,
    theta0Deg: 90,
    toSphere: (x, y, out) => {
      const radius = Math.sqrt(x * x + y * y)
      if (!(radius <= profile.edge + EDGE_TOLERANCE)) return false
      const zenith = profile.zenithDistance(Math.min(radius, profile.edge))
      const lateral = radius === 0 ? 1 : Math.sin(zenith) / radius
      out[0] = -y * lateral
      out[1] = x * lateral
      out[2] = Math.cos(zenith)
      return true
    },
    toPlane: (direction, out) => {
      const sine = Math.sqrt(at(direction, 0) ** 2 + at(direction, 1) ** 2)
      const cosine = at(direction, 2)
      const zenith = Math.atan2(sine, cosine)
      const radius = profile.radius(zenith, sine, cosine)
      if (!Number.isFinite(radius)) return false
      const stretch = sine === 0 ? 1 : radius / sine
      out[0] = at(direction, 1) * stretch
      // The antipode of the pole is a whole circle of the plane; any point of it will do.
      out[1] = sine === 0 && cosine < 0 ? -radius : -at(direction, 0) * stretch
      return true
    },
    reach: (x, y, h) => {
      const radius = Math.sqrt(x * x + y * y)
      if (radius - h > profile.edge + EDGE_TOLERANCE) return -1
      if (radius + h > profile.edge) return Number.POSITIVE_INFINITY
      return h * profile.scale(radius + h)
    },
  }
}
