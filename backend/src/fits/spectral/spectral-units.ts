import { FitsError } from '../fits-error.ts'
import type { CardValue } from '../header/card.ts'

type Units = Readonly<Record<string, number>>

const FREQUENCIES: Units = { Hz: 1, kHz: 1e3, MHz: 1e6, GHz: 1e9, THz: 1e12 }
const LENGTHS: Units = {
  m: 1,
  cm: 1e-2,
  mm: 1e-3,
  um: 1e-6,
  micron: 1e-6,
  nm: 1e-9,
  pm: 1e-12,
  Angstrom: 1e-10,
  angstrom: 1e-10,
}
/** J; the electronvolt is exact (SI 2019). */
const ENERGIES: Units = {
  J: 1,
  erg: 1e-7,
  eV: 1.602_176_634e-19,
  keV: 1.602_176_634e-16,
  MeV: 1.602_176_634e-13,
  GeV: 1.602_176_634e-10,
}
const WAVE_NUMBERS: Units = { '/m': 1, 'm-1': 1, '1/m': 1, '/cm': 100, 'cm-1': 100, '1/cm': 100 }
const VELOCITIES: Units = { 'm/s': 1, 'ms-1': 1, 'cm/s': 1e-2, 'cms-1': 1e-2, 'km/s': 1e3, 'kms-1': 1e3 }

const UNITS: Readonly<Record<string, Units>> = {
  FREQ: FREQUENCIES,
  AFRQ: { 'rad/s': 1, 'rads-1': 1 },
  ENER: ENERGIES,
  WAVN: WAVE_NUMBERS,
  WAVE: LENGTHS,
  AWAV: LENGTHS,
  VRAD: VELOCITIES,
  VOPT: VELOCITIES,
  VELO: VELOCITIES,
  ZOPT: {},
  BETA: {},
}

/** Factor from CUNIT to SI, which a header without CUNIT is in. Throws UNSUPPORTED_WCS. */
export function spectralUnit(given: CardValue | undefined, type: string, axis: number): number {
  const unit = typeof given === 'string' ? given.replaceAll(/[\s.*^()]/g, '') : ''
  if (unit === '') return 1
  const known = UNITS[type] ?? {}
  const factor = known[unit]
  if (factor !== undefined) return factor
  throw new FitsError(
    'UNSUPPORTED_WCS',
    `CUNIT${axis} is "${String(given)}"; a spectral axis of ${type} is in ${Object.keys(known).join(', ') || 'no unit'}.`,
  )
}
