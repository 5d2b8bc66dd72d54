import { type KeywordReader, numberOf } from '../header/header.ts'
import type { PixelPlane } from './pixel-plane.ts'
import { PolynomialMap, type Term } from './polynomial-map.ts'
import { DEGREES } from './vector.ts'

/** The plate solution of a Digitized Sky Survey scan. */
export interface DssPlate {
  /** Centre of the plate, where the gnomonic projection touches the sky, degrees. */
  raDeg: number
  decDeg: number
  plane: PixelPlane
}

const REQUIRED = [
  'AMDX1',
  'AMDY1',
  'PLTRAH',
  'PLTDECD',
  'CNPIX1',
  'CNPIX2',
  'XPIXELSZ',
  'YPIXELSZ',
  'PPO3',
  'PPO6',
]
const ARCSEC = 1 / 3600 / DEGREES

/**
 * Scans of the Digitized Sky Survey carry the plate's own polynomials, from plate millimetres to standard
 * coordinates in arc seconds (STScI, "The Digitized Sky Survey", appendix). Where they are present they win over
 * the CD matrix beside them, which is their local approximation, as in WCSLIB.
 */
export function dssPlate(header: KeywordReader): DssPlate | undefined {
  if (REQUIRED.some((keyword) => header.get(keyword) === undefined)) return undefined
  const value = (keyword: string): number => numberOf(header, keyword) ?? 0
  const sign = String(header.get('PLTDECSN') ?? '').trim() === '-' ? -1 : 1
  const scaleX = value('XPIXELSZ') / 1000
  const scaleY = value('YPIXELSZ') / 1000
  const centerX = value('PPO3') / 1000
  const centerY = value('PPO6') / 1000
  const cornerX = value('CNPIX1') - 0.5
  const cornerY = value('CNPIX2') - 0.5
  const coefficients = (prefix: string): number[] =>
    Array.from({ length: 13 }, (_, i) => value(`${prefix}${i + 1}`))
  const x = polynomial(coefficients('AMDX'))
  // The second polynomial is the first with x and y exchanged.
  const y = polynomial(coefficients('AMDY')).map(({ p, q, coefficient }) => ({ p: q, q: p, coefficient }))
  const map = new PolynomialMap(x, y)
  const slopeX = value('AMDX1')
  const slopeY = value('AMDY1')
  const plane: PixelPlane = {
    toPlane: (pixelX, pixelY, out) => {
      map.apply(centerX - scaleX * (pixelX + cornerX), scaleY * (pixelY + cornerY) - centerY, out)
      out[0] = (out[0] as number) * ARCSEC
      out[1] = (out[1] as number) * ARCSEC
    },
    toPixel: (planeX, planeY, out) => {
      const xi = planeX / ARCSEC
      const eta = planeY / ARCSEC
      if (!map.invert(xi, eta, xi / slopeX, eta / slopeY, 1e-11, out)) return false
      out[0] = (centerX - (out[0] as number)) / scaleX - cornerX
      out[1] = ((out[1] as number) + centerY) / scaleY - cornerY
      return true
    },
    maxScaleRad: (pixelX, pixelY, radiusPx) => {
      const plateX = Math.abs(centerX - scaleX * (pixelX + cornerX)) + radiusPx * scaleX
      const plateY = Math.abs(scaleY * (pixelY + cornerY) - centerY) + radiusPx * scaleY
      return map.maxStretch(plateX, plateY) * Math.max(scaleX, scaleY) * ARCSEC
    },
    pixelScaleDeg: Math.sqrt(Math.abs(slopeX * scaleX * slopeY * scaleY)) / 3600,
  }
  return {
    raDeg: 15 * (value('PLTRAH') + value('PLTRAM') / 60 + value('PLTRAS') / 3600),
    decDeg: sign * (value('PLTDECD') + value('PLTDECM') / 60 + value('PLTDECS') / 3600),
    plane,
  }
}

/** The survey's thirteen coefficients as powers of x and y; the 7th, 12th and 13th go with x^2 + y^2. */
function polynomial(a: readonly number[]): Term[] {
  const [
    a1 = 0,
    a2 = 0,
    a3 = 0,
    a4 = 0,
    a5 = 0,
    a6 = 0,
    a7 = 0,
    a8 = 0,
    a9 = 0,
    a10 = 0,
    a11 = 0,
    a12 = 0,
    a13 = 0,
  ] = a
  return [
    { p: 1, q: 0, coefficient: a1 },
    { p: 0, q: 1, coefficient: a2 },
    { p: 0, q: 0, coefficient: a3 },
    { p: 2, q: 0, coefficient: a4 + a7 },
    { p: 1, q: 1, coefficient: a5 },
    { p: 0, q: 2, coefficient: a6 + a7 },
    { p: 3, q: 0, coefficient: a8 + a12 },
    { p: 2, q: 1, coefficient: a9 },
    { p: 1, q: 2, coefficient: a10 + a12 },
    { p: 0, q: 3, coefficient: a11 },
    { p: 5, q: 0, coefficient: a13 },
    { p: 3, q: 2, coefficient: 2 * a13 },
    { p: 1, q: 4, coefficient: a13 },
  ]
}
