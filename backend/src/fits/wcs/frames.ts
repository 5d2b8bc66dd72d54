import { FitsError } from '../fits-error.ts'
import { type KeywordReader, numberOf } from '../header/header.ts'
import { axisRotation, type Matrix, multiply, transpose } from './vector.ts'

export type CelestialFrame = 'ICRS' | 'FK5' | 'GALACTIC'

export interface FrameRotation {
  frame: CelestialFrame
  /** Turns a direction of the header's frame into ICRS. */
  toIcrs: Matrix
}

const IDENTITY: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1]

/** Frame bias between ICRS and FK5 at J2000: USNO Circular 179, section 3.5, milliarcseconds. */
const ICRS_TO_FK5 = multiply(
  multiply(axisRotation('x', 19.9 / 3.6e6), axisRotation('y', 9.1 / 3.6e6)),
  axisRotation('z', -22.9 / 3.6e6),
)
const FK5_TO_ICRS = transpose(ICRS_TO_FK5)

/** North Galactic pole and the longitude of the celestial pole in FK5 J2000 (Reid and Brunthaler 2004, appendix). */
const FK5_TO_GALACTIC = multiply(
  multiply(axisRotation('z', 180 - 122.9319185680026), axisRotation('y', 90 - 27.12825118085622)),
  axisRotation('z', 192.8594812065348),
)

export const GALACTIC_TO_ICRS: Matrix = multiply(FK5_TO_ICRS, transpose(FK5_TO_GALACTIC))
export const ICRS_TO_GALACTIC: Matrix = transpose(GALACTIC_TO_ICRS)

/** The frame by RADESYS (or the old RADECSYS), EQUINOX (or EPOCH) and the kind of coordinates (paper II, section 3.1). */
export function frameOf(header: KeywordReader, kind: 'RA' | 'GLON'): FrameRotation {
  if (kind === 'GLON') return { frame: 'GALACTIC', toIcrs: GALACTIC_TO_ICRS }
  const equinox = numberOf(header, 'EQUINOX') ?? numberOf(header, 'EPOCH')
  const named = header.get('RADESYS') ?? header.get('RADECSYS')
  const fallback = equinox === undefined ? 'ICRS' : equinox < 1984 ? 'FK4' : 'FK5'
  const system = typeof named === 'string' && named.trim() !== '' ? named.trim().toUpperCase() : fallback
  if (system === 'ICRS') return { frame: 'ICRS', toIcrs: IDENTITY }
  if (system === 'FK5') return { frame: 'FK5', toIcrs: fk5ToIcrs(equinox ?? 2000) }
  throw new FitsError(
    'UNSUPPORTED_WCS',
    `RADESYS is ${system}${system === fallback ? ` (EQUINOX ${equinox})` : ''}; ICRS, FK5 and Galactic coordinates are read. Convert the header to one of them.`,
  )
}

function fk5ToIcrs(equinox: number): Matrix {
  if (equinox === 2000) return FK5_TO_ICRS
  return multiply(FK5_TO_ICRS, transpose(precessionFromJ2000(equinox)))
}

/** IAU 2006 precession from J2000 to a Julian epoch, without the frame bias (Hilton et al. 2006, SOFA's bp06). */
function precessionFromJ2000(epoch: number): Matrix {
  return multiply(fukushimaWilliams((epoch - 2000) / 100), transpose(fukushimaWilliams(0)))
}

/** The Fukushima-Williams angles, arc seconds and Julian centuries since J2000, as one matrix. */
function fukushimaWilliams(t: number): Matrix {
  const angle = (coefficients: readonly number[]): number =>
    coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0) / 3600
  const gamma = angle([-0.052928, 10.556378, 0.4932044, -0.00031238, -2.788e-6, 2.6e-8])
  const phi = angle([84381.412819, -46.811016, 0.0511268, 0.00053289, -4.4e-7, -1.76e-8])
  const psi = angle([-0.041775, 5038.481484, 1.5584175, -0.00018522, -2.6452e-5, -1.48e-8])
  const epsilon = angle([84381.406, -46.836769, -0.0001831, 0.0020034, -5.76e-7, -4.34e-8])
  return multiply(
    multiply(axisRotation('x', -epsilon), axisRotation('z', -psi)),
    multiply(axisRotation('x', phi), axisRotation('z', gamma)),
  )
}
