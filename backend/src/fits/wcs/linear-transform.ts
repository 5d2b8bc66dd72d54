import { FitsError } from '../fits-error.ts'
import { type KeywordReader, numberOf } from '../header/header.ts'

/** Pixel offsets from CRPIX to intermediate world coordinates in degrees, and back (paper I, section 2.1). */
export interface LinearTransform {
  crpix: readonly [number, number]
  /** Degrees per pixel: the first row gives the longitude's x, the second the latitude's y. */
  forward: readonly [number, number, number, number]
  /** Pixels per degree. */
  inverse: readonly [number, number, number, number]
  /** Largest stretch in any direction, degrees per pixel. */
  maxScaleDeg: number
}

/** Axis numbers (1 or 2) of longitude and latitude, and the number of axes that the matrix may couple them to. */
export interface CelestialAxes {
  lon: 1 | 2
  lat: 1 | 2
  count: number
}

export function linearTransform(header: KeywordReader, axes: CelestialAxes): LinearTransform {
  const unit = [degreesPer(header, 1), degreesPer(header, 2)]
  const matrix = coordinateMatrix(header, axes)
  const scale = (axis: 1 | 2): number => (unit[axis - 1] as number) * (matrix.scaled ? 1 : step(header, axis))
  const row = (axis: 1 | 2): [number, number] => [
    scale(axis) * matrix.element(axis, 1),
    scale(axis) * matrix.element(axis, 2),
  ]
  const [a, b] = row(axes.lon)
  const [c, d] = row(axes.lat)
  const determinant = a * d - b * c
  if (!Number.isFinite(determinant) || determinant === 0) {
    throw new FitsError(
      'BAD_WCS',
      'The pixel-to-sky matrix (CDELTi with PCi_j or CROTA2, or CDi_j) is singular. Correct the header.',
    )
  }
  const inverse = [d / determinant, -b / determinant, -c / determinant, a / determinant] as const
  const half = (a * a + b * b + c * c + d * d) / 2
  const maxScaleDeg = Math.sqrt(half + Math.sqrt(Math.max(0, half * half - determinant * determinant)))
  const crpix = [numberOf(header, 'CRPIX1') ?? 0, numberOf(header, 'CRPIX2') ?? 0] as const
  return { crpix, forward: [a, b, c, d], inverse, maxScaleDeg }
}

interface CoordinateMatrix {
  element(i: number, j: number): number
  /** Whether CDELT is part of the elements already. */
  scaled: boolean
}

/** PCi_j wins over CDi_j, which wins over CROTAi; absent elements are those of the unit matrix, or 0 for CD. */
function coordinateMatrix(header: KeywordReader, axes: CelestialAxes): CoordinateMatrix {
  const read = (prefix: string, i: number, j: number): number | undefined =>
    numberOf(header, `${prefix}${i}_${j}`) ??
    (prefix === 'PC' ? numberOf(header, `PC00${i}00${j}`) : numberOf(header, `CD00${i}00${j}`))
  const present = (prefix: string): boolean => {
    for (let i = 1; i <= axes.count; i++) {
      for (let j = 1; j <= axes.count; j++) if (read(prefix, i, j) !== undefined) return true
    }
    return false
  }
  for (const prefix of ['PC', 'CD']) {
    if (!present(prefix)) continue
    for (let other = 3; other <= axes.count; other++) {
      for (const axis of [1, 2]) {
        if ((read(prefix, axis, other) ?? 0) !== 0 || (read(prefix, other, axis) ?? 0) !== 0) {
          throw new FitsError(
            'UNSUPPORTED_WCS',
            `${prefix}${axis}_${other} or ${prefix}${other}_${axis} mixes a sky axis with axis ${other}; the sky must depend on the first two axes alone.`,
          )
        }
      }
    }
    const absent = (i: number, j: number): number => (prefix === 'PC' && i === j ? 1 : 0)
    return { element: (i, j) => read(prefix, i, j) ?? absent(i, j), scaled: prefix === 'CD' }
  }
  const crota = numberOf(header, `CROTA${axes.lat}`) ?? 0
  if (crota === 0) return { element: (i, j) => (i === j ? 1 : 0), scaled: false }
  // Paper II, equations 187 and 189: the rotation turns the scaled axes, so that PC holds the ratio of the steps.
  const ratio = step(header, axes.lat) / step(header, axes.lon)
  const cosine = Math.cos((crota * Math.PI) / 180)
  const sine = Math.sin((crota * Math.PI) / 180)
  return {
    element: (i, j) => {
      if (i === j) return cosine
      return i === axes.lon ? -sine * ratio : sine / ratio
    },
    scaled: false,
  }
}

function step(header: KeywordReader, axis: number): number {
  const value = numberOf(header, `CDELT${axis}`) ?? 1
  if (value === 0) throw new FitsError('BAD_WCS', `CDELT${axis} is 0. Correct the header.`)
  return value
}

/** Factor from CUNITi to degrees. */
export function degreesPer(header: KeywordReader, axis: number): number {
  const unit = header.get(`CUNIT${axis}`)
  const name = typeof unit === 'string' ? unit.trim().toLowerCase() : ''
  const factor = UNITS[name]
  if (factor === undefined) {
    throw new FitsError(
      'UNSUPPORTED_WCS',
      `CUNIT${axis} is "${name}"; a sky axis is in deg, arcmin, arcsec, mas or rad.`,
    )
  }
  return factor
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  deg: 1,
  degree: 1,
  degrees: 1,
  arcmin: 1 / 60,
  arcsec: 1 / 3600,
  mas: 1 / 3.6e6,
  rad: 180 / Math.PI,
}
