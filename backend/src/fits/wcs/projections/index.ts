import { FitsError } from '../../fits-error.ts'
import { CAR, cylindricalEqualArea, MER } from './cylindrical.ts'
import type { Projection } from './projection.ts'
import { AIT, MOL, SFL } from './pseudo-cylindrical.ts'
import { slantOrthographic } from './sin.ts'
import { ARC, STG, TAN, ZEA } from './zenithal.ts'

/** Codes of the projections that are read. */
export const PROJECTION_CODES = [
  'TAN',
  'SIN',
  'ARC',
  'STG',
  'ZEA',
  'CAR',
  'CEA',
  'MER',
  'SFL',
  'AIT',
  'MOL',
] as const

/** PVi_m of the latitude axis, undefined where absent. */
export type ProjectionParameters = (m: number) => number | undefined

export function projectionOf(code: string, parameter: ProjectionParameters, lat0Deg: number): Projection {
  switch (code) {
    case 'TAN':
      if ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].some((m) => (parameter(m) ?? 0) !== 0)) {
        throw new FitsError(
          'UNSUPPORTED_WCS',
          'The header pairs TAN with PV distortion coefficients (TPV), which are not read. Convert it to TAN or TAN-SIP.',
        )
      }
      return TAN
    case 'SIN':
      return slantOrthographic(parameter(1) ?? 0, parameter(2) ?? 0)
    case 'NCP':
      // Paper II, section 6.1.2: the old name of a slant orthographic towards the north celestial pole.
      return slantOrthographic(0, 1 / Math.tan((lat0Deg * Math.PI) / 180))
    case 'ARC':
      return ARC
    case 'STG':
      return STG
    case 'ZEA':
      return ZEA
    case 'CAR':
      return CAR
    case 'CEA': {
      const lambda = parameter(1) ?? 1
      if (!(lambda > 0 && lambda <= 1)) {
        throw new FitsError(
          'BAD_WCS',
          `The parameter lambda of CEA (PVi_1) is ${lambda}; it must be above 0 and at most 1.`,
        )
      }
      return cylindricalEqualArea(lambda)
    }
    case 'MER':
      return MER
    case 'SFL':
      return SFL
    case 'AIT':
      return AIT
    case 'MOL':
      return MOL
    case '':
      throw new FitsError('UNSUPPORTED_WCS', 'CTYPE names no projection, such as RA---TAN.')
    default:
      throw new FitsError(
        'UNSUPPORTED_WCS',
        `CTYPE names the projection ${code}; ${PROJECTION_CODES.join(', ')} are read.`,
      )
  }
}
