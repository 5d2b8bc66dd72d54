import type { LinearTransform } from './linear-transform.ts'
import type { PolynomialMap } from './polynomial-map.ts'
import { DEGREES } from './vector.ts'

/** Pixel coordinates to points of the projection plane, radians, and back. */
export interface PixelPlane {
  toPlane(x: number, y: number, out: Float64Array): void
  /** False where the inverse does not settle. */
  toPixel(planeX: number, planeY: number, out: Float64Array): boolean
  /** Upper bound of plane distance per pixel, within `radiusPx` of (x, y). */
  maxScaleRad(x: number, y: number, radiusPx: number): number
  /** Side of a pixel at the reference point, degrees. */
  pixelScaleDeg: number
}

/** CRPIX, a matrix and perhaps a SIP distortion. `origin` is added to plane coordinates, radians. */
export function linearPlane(
  linear: LinearTransform,
  sip: PolynomialMap | undefined,
  origin: readonly [number, number],
): PixelPlane {
  const { crpix, forward, inverse, maxScaleDeg } = linear
  const [a, b, c, d] = forward
  const [e, f, g, h] = inverse
  const [crpixX, crpixY] = crpix
  const [originX, originY] = origin
  const offset = new Float64Array(2)
  return {
    toPlane: (x, y, out) => {
      let u = x - crpixX
      let v = y - crpixY
      if (sip) {
        sip.apply(u, v, offset)
        u = offset[0] as number
        v = offset[1] as number
      }
      out[0] = (a * u + b * v) / DEGREES + originX
      out[1] = (c * u + d * v) / DEGREES + originY
    },
    toPixel: (planeX, planeY, out) => {
      const x = (planeX - originX) * DEGREES
      const y = (planeY - originY) * DEGREES
      const u = e * x + f * y
      const v = g * x + h * y
      out[0] = u
      out[1] = v
      if (sip && !sip.invert(u, v, u, v, 1e-9, out)) return false
      out[0] += crpixX
      out[1] += crpixY
      return true
    },
    maxScaleRad: (x, y, radiusPx) => {
      const stretch = sip
        ? sip.maxStretch(Math.abs(x - crpixX) + radiusPx, Math.abs(y - crpixY) + radiusPx)
        : 1
      return (maxScaleDeg * stretch) / DEGREES
    },
    pixelScaleDeg: Math.sqrt(Math.abs(a * d - b * c)),
  }
}
