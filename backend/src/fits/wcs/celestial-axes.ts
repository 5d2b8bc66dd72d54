import { FitsError } from '../fits-error.ts'
import { type KeywordReader, numberOf } from '../header/header.ts'
import type { CelestialAxes } from './linear-transform.ts'

export interface CelestialType {
  axes: CelestialAxes
  kind: 'RA' | 'GLON'
  /** Projection code of CTYPE. */
  code: string
}

const LONGITUDES: Readonly<Record<string, 'RA' | 'GLON'>> = { RA: 'RA', GLON: 'GLON' }
const LATITUDE_OF = { RA: 'DEC', GLON: 'GLAT' } as const
/** Other sky coordinates that CTYPE can name, to tell "not read" from "no sky at all". */
const OTHER_SKY = /^(ELON|ELAT|HLON|HLAT|SLON|SLAT|TLON|TLAT|[A-Z]LN|[A-Z]LT|HPLN|HPLT)$/

/** Undefined where the header has no sky coordinates at all. */
export function celestialType(header: KeywordReader): CelestialType | undefined {
  const count = Math.max(2, numberOf(header, 'WCSAXES') ?? 0, numberOf(header, 'NAXIS') ?? 0)
  const types: { axis: number; name: string; code: string }[] = []
  for (let axis = 1; axis <= Math.min(count, 99); axis++) {
    const value = header.get(`CTYPE${axis}`)
    const [name = '', ...rest] = typeof value === 'string' ? value.trim().toUpperCase().split('-') : []
    types.push({ axis, name, code: rest.filter((part) => part !== '')[0] ?? '' })
  }
  const lon = types.find(({ name }) => LONGITUDES[name] !== undefined)
  const kind = lon && LONGITUDES[lon.name]
  if (!lon || !kind) {
    const other = types.find(({ name }) => OTHER_SKY.test(name))
    if (!other) return undefined
    throw new FitsError(
      'UNSUPPORTED_WCS',
      `CTYPE${other.axis} is ${String(header.get(`CTYPE${other.axis}`))}; RA/DEC and GLON/GLAT are read.`,
    )
  }
  const lat = types.find(({ name }) => name === LATITUDE_OF[kind])
  if (!lat || lat.code !== lon.code) {
    throw new FitsError(
      'BAD_WCS',
      `CTYPE${lon.axis} is ${String(header.get(`CTYPE${lon.axis}`))}, but no ${LATITUDE_OF[kind]} axis with the same projection goes with it. Correct the header.`,
    )
  }
  if (lon.axis > 2 || lat.axis > 2) {
    throw new FitsError(
      'UNSUPPORTED_WCS',
      `The sky axes are axes ${lon.axis} and ${lat.axis}; they must be the first two. Transpose the cube.`,
    )
  }
  return {
    axes: { lon: lon.axis as 1 | 2, lat: lat.axis as 1 | 2, count: Math.min(count, 99) },
    kind,
    code: lon.code,
  }
}
