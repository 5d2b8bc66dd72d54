import { FitsError } from '../fits-error.ts'
import { type KeywordReader, numberOf } from '../header/header.ts'
import { type CelestialType, celestialType } from './celestial-axes.ts'
import { type DssPlate, dssPlate } from './dss-plate.ts'
import { type CelestialFrame, frameOf } from './frames.ts'
import { degreesPer, linearTransform } from './linear-transform.ts'
import { nativeToCelestial } from './native-pole.ts'
import { linearPlane, type PixelPlane } from './pixel-plane.ts'
import { projectionOf } from './projections/index.ts'
import type { Projection } from './projections/projection.ts'
import { TAN } from './projections/zenithal.ts'
import { sipDistortion } from './sip.ts'
import {
  at,
  latDegOf,
  lonDegOf,
  type Matrix,
  multiply,
  newVector,
  rotate,
  transpose,
  type Vector,
  vectorOf,
} from './vector.ts'

/** ICRS, degrees; right ascension in [0, 360). */
export interface SkyPosition {
  raDeg: number
  decDeg: number
}

/** In the header's own frame, degrees; longitude in [0, 360). */
export interface FramePosition {
  lonDeg: number
  latDeg: number
}

/** FITS pixel coordinates: the centre of the first pixel is (1, 1). */
export interface PixelPosition {
  x: number
  y: number
}

interface WcsParts {
  frame: CelestialFrame
  plane: PixelPlane
  projection: Projection
  toFrame: Matrix
  toIcrs: Matrix
}

/**
 * The celestial world coordinate system of an image's first two axes
 * (Greisen and Calabretta 2002, A&A 395, 1061; Calabretta and Greisen 2002, A&A 395, 1077).
 * No method throws: a position without a counterpart gives undefined, or false.
 */
export class Wcs {
  /** FITS projection code, such as "TAN". */
  readonly projection: string
  readonly frame: CelestialFrame
  /** Side of a pixel at the reference point, degrees: the square root of its area. */
  readonly pixelScaleDeg: number
  readonly #pixelPlane: PixelPlane
  readonly #projection: Projection
  readonly #toFrame: Matrix
  readonly #toIcrs: Matrix
  readonly #fromFrame: Matrix
  readonly #fromIcrs: Matrix
  readonly #plane = new Float64Array(2)
  readonly #vector = newVector()

  private constructor(parts: WcsParts) {
    this.projection = parts.projection.code
    this.frame = parts.frame
    this.pixelScaleDeg = parts.plane.pixelScaleDeg
    this.#pixelPlane = parts.plane
    this.#projection = parts.projection
    this.#toFrame = parts.toFrame
    this.#toIcrs = parts.toIcrs
    this.#fromFrame = transpose(parts.toFrame)
    this.#fromIcrs = transpose(parts.toIcrs)
  }

  /** Throws FitsError: NO_WCS without sky axes, UNSUPPORTED_WCS, BAD_WCS. */
  static fromHeader(header: KeywordReader): Wcs {
    const type = celestialType(header)
    if (!type) {
      throw new FitsError(
        'NO_WCS',
        'The image has no sky coordinates: no CTYPEn names RA/DEC or GLON/GLAT. Add a world coordinate system to its header.',
      )
    }
    refuseTables(header)
    const { frame, toIcrs } = frameOf(header, type.kind)
    const plate = type.kind === 'RA' && type.code === 'TAN' ? dssPlate(header) : undefined
    const { plane, projection, toFrame } = plate ? dssGeometry(plate) : geometry(header, type)
    return new Wcs({ frame, plane, projection, toFrame, toIcrs: multiply(toIcrs, toFrame) })
  }

  pixelToSky(x: number, y: number): SkyPosition | undefined {
    if (!this.pixelToVector(x, y, this.#vector)) return undefined
    return { raDeg: lonDegOf(this.#vector), decDeg: latDegOf(this.#vector) }
  }

  /** To the header's own frame: Galactic longitude and latitude for GLON/GLAT. */
  pixelToFrame(x: number, y: number): FramePosition | undefined {
    if (!this.#pixelToNative(x, y, this.#vector)) return undefined
    rotate(this.#toFrame, this.#vector, this.#vector)
    return { lonDeg: lonDegOf(this.#vector), latDeg: latDegOf(this.#vector) }
  }

  skyToPixel(raDeg: number, decDeg: number): PixelPosition | undefined {
    const pixel = new Float64Array(2)
    if (!this.vectorToPixel(vectorOf(raDeg, decDeg, this.#vector), pixel)) return undefined
    return { x: pixel[0] as number, y: pixel[1] as number }
  }

  frameToPixel(lonDeg: number, latDeg: number): PixelPosition | undefined {
    const pixel = new Float64Array(2)
    rotate(this.#fromFrame, vectorOf(lonDeg, latDeg, this.#vector), this.#vector)
    if (!this.#nativeToPixel(this.#vector, pixel)) return undefined
    return { x: pixel[0] as number, y: pixel[1] as number }
  }

  /** Direction of a pixel position as an ICRS unit vector, without an allocation; false where there is none. */
  pixelToVector(x: number, y: number, out: Vector): boolean {
    if (!this.#pixelToNative(x, y, out)) return false
    rotate(this.#toIcrs, out, out)
    return true
  }

  /** The pixel position of an ICRS unit vector; false where there is none. */
  vectorToPixel(direction: Vector, out: Float64Array): boolean {
    rotate(this.#fromIcrs, direction, this.#vector)
    return this.#nativeToPixel(this.#vector, out)
  }

  /**
   * Upper bound, radians, of the angle between the direction of (x, y) and that of any position within
   * `radiusPx` of it. -1 where none of them has a direction; Infinity where nothing can be said.
   */
  reach(x: number, y: number, radiusPx: number): number {
    this.#pixelPlane.toPlane(x, y, this.#plane)
    const h = radiusPx * this.#pixelPlane.maxScaleRad(x, y, radiusPx)
    // A hair more than exact, so that rounding never makes the bound too small.
    return this.#projection.reach(this.#plane[0] as number, this.#plane[1] as number, h * (1 + 1e-9) + 1e-15)
  }

  #pixelToNative(x: number, y: number, out: Vector): boolean {
    this.#pixelPlane.toPlane(x, y, this.#plane)
    return this.#projection.toSphere(this.#plane[0] as number, this.#plane[1] as number, out)
  }

  #nativeToPixel(native: Vector, out: Float64Array): boolean {
    if (!Number.isFinite(at(native, 2)) || !this.#projection.toPlane(native, this.#plane)) return false
    return this.#pixelPlane.toPixel(this.#plane[0] as number, this.#plane[1] as number, out)
  }
}

type Geometry = Pick<WcsParts, 'plane' | 'projection' | 'toFrame'>

function geometry(header: KeywordReader, { axes, code }: CelestialType): Geometry {
  const lon0 = (numberOf(header, `CRVAL${axes.lon}`) ?? 0) * degreesPer(header, axes.lon)
  const lat0 = (numberOf(header, `CRVAL${axes.lat}`) ?? 0) * degreesPer(header, axes.lat)
  if (Math.abs(lat0) > 90) {
    throw new FitsError(
      'BAD_WCS',
      `CRVAL${axes.lat} is the latitude ${lat0}; it must be within -90 and 90 degrees.`,
    )
  }
  const projection = projectionOf(code, (m) => numberOf(header, `PV${axes.lat}_${m}`), lat0)
  const phi0 = numberOf(header, `PV${axes.lon}_1`) ?? 0
  const theta0 = numberOf(header, `PV${axes.lon}_2`) ?? projection.theta0Deg
  const toFrame = nativeToCelestial({
    lon0,
    lat0,
    phi0,
    theta0,
    lonPole: numberOf(header, 'LONPOLE') ?? numberOf(header, `PV${axes.lon}_3`),
    latPole: numberOf(header, 'LATPOLE') ?? numberOf(header, `PV${axes.lon}_4`),
  })
  // PVi_0 moves the plane's origin to the fiducial point.
  const origin = new Float64Array(2)
  if ((numberOf(header, `PV${axes.lon}_0`) ?? 0) !== 0) projection.toPlane(vectorOf(phi0, theta0), origin)
  const plane = linearPlane(linearTransform(header, axes), sipDistortion(header), [
    origin[0] ?? 0,
    origin[1] ?? 0,
  ])
  return { plane, projection, toFrame }
}

function dssGeometry(plate: DssPlate): Geometry {
  const pole = {
    lon0: plate.raDeg,
    lat0: plate.decDeg,
    phi0: 0,
    theta0: 90,
    lonPole: 180,
    latPole: undefined,
  }
  return { plane: plate.plane, projection: TAN, toFrame: nativeToCelestial(pole) }
}

/** Lookup-table distortions live in other HDUs; to leave them out would give positions that are quietly wrong. */
function refuseTables(header: KeywordReader): void {
  for (const keyword of ['CPDIS1', 'CPDIS2', 'CQDIS1', 'CQDIS2', 'D2IMDIS1', 'D2IMDIS2']) {
    if (header.get(keyword) !== undefined) {
      throw new FitsError(
        'UNSUPPORTED_WCS',
        `${keyword} asks for a distortion that is not read; TAN-SIP is. Convert the header.`,
      )
    }
  }
}
