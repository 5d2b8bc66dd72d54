import { FitsError } from '../fits-error.ts'
import { type KeywordReader, numberOf } from '../header/header.ts'
import { needsRest, SPECTRAL_TYPES, type SpectralType, spectralType } from './spectral-types.ts'
import { spectralUnit } from './spectral-units.ts'

/**
 * The spectral world coordinate of an image (paper III: Greisen et al. 2006, A&A 446, 747). Wavelengths are
 * those in vacuum, in the frame of rest that the header gives them in (SPECSYS): they are not moved to another.
 */
export class SpectralAxis {
  /** Number of the FITS axis, from 1. */
  readonly axis: number
  /** Kind of coordinate: "FREQ", "WAVE", "VRAD" and so on. */
  readonly type: string
  readonly #scale: SpectralScale

  private constructor(axis: number, type: string, scale: SpectralScale) {
    this.axis = axis
    this.type = type
    this.#scale = scale
  }

  /** Undefined without a spectral axis. Throws FitsError: UNSUPPORTED_WCS, BAD_WCS. */
  static fromHeader(header: KeywordReader): SpectralAxis | undefined {
    const count = Math.min(99, Math.max(numberOf(header, 'WCSAXES') ?? 0, numberOf(header, 'NAXIS') ?? 0))
    for (let axis = 1; axis <= count; axis++) {
      const name = header.get(`CTYPE${axis}`)
      const code = typeof name === 'string' ? spectralCode(header, name) : undefined
      if (code === undefined) continue
      if (axis < 3) {
        throw new FitsError(
          'UNSUPPORTED_WCS',
          `The spectral axis is axis ${axis}; it must be the third or a further one. Transpose the image.`,
        )
      }
      refuseMixing(header, axis, count)
      return new SpectralAxis(axis, code.type, scaleOf(header, axis, code))
    }
    return undefined
  }

  /** Vacuum wavelength, m, at a pixel coordinate along the axis: the first pixel's centre is 1. NaN where there is none. */
  pixelToWavelength(pixel: number): number {
    return this.#scale.toWave(pixel)
  }

  /** Of a vacuum wavelength from 0 to Infinity, m; may be infinite. */
  wavelengthToPixel(waveM: number): number {
    return this.#scale.toPixel(waveM)
  }
}

interface SpectralScale {
  toWave(pixel: number): number
  toPixel(waveM: number): number
}

interface SpectralCode {
  readonly type: string
  /** The type that the axis is linear in, "LOG", or empty where it is the type itself. */
  readonly linearIn: string
  readonly algorithm: string
}

/** Letters of the non-linear algorithms: F2W is linear in frequency, and its value goes by the wavelength. */
const LINEAR_IN: Readonly<Record<string, string>> = { F: 'FREQ', W: 'WAVE', V: 'BETA', A: 'AWAV' }
/** AIPS's names of frames, which follow the type (paper III, section 2.1). */
const AIPS_FRAMES = ['LSR', 'HEL', 'OBS', 'LSD', 'GEO', 'SOU', 'GAL']

function spectralCode(header: KeywordReader, ctype: string): SpectralCode | undefined {
  const [name = '', ...rest] = ctype.trim().toUpperCase().split('-')
  const algorithm = rest.filter((part) => part !== '')[0] ?? ''
  const old = aipsType(header, name, algorithm)
  if (old !== undefined) return old
  if (!SPECTRAL_TYPES.includes(name)) return undefined
  if (algorithm === '' || algorithm === 'LOG') return { type: name, linearIn: algorithm, algorithm }
  const linearIn = /^[FWVA]2[FWVA]$/.test(algorithm) ? LINEAR_IN[algorithm.charAt(0)] : undefined
  if (linearIn !== undefined) return { type: name, linearIn, algorithm }
  throw new FitsError(
    'UNSUPPORTED_WCS',
    `The spectral axis is ${ctype.trim()}; of the algorithms, LOG and those such as F2W are read, but not ${algorithm}. Resample the cube to a linear axis.`,
  )
}

/** The types of AIPS before the standard, as WCSLIB translates them (spcaips). */
function aipsType(header: KeywordReader, name: string, frame: string): SpectralCode | undefined {
  const framed = AIPS_FRAMES.includes(frame)
  if (frame !== '' && !framed) return undefined
  if (name === 'FELO') return { type: 'VOPT', linearIn: 'FREQ', algorithm: 'F2W' }
  if (name === 'FREQ' && framed) return { type: 'FREQ', linearIn: '', algorithm: '' }
  const velref = numberOf(header, 'VELREF')
  if (name !== 'VELO' || (!framed && velref === undefined)) return undefined
  return { type: (velref ?? 0) > 256 ? 'VRAD' : 'VOPT', linearIn: '', algorithm: '' }
}

function scaleOf(
  header: KeywordReader,
  axis: number,
  { type, linearIn, algorithm }: SpectralCode,
): SpectralScale {
  const rest = restWavelength(header)
  const depends = needsRest(type) || needsRest(linearIn)
  if (depends && rest === undefined) {
    throw new FitsError(
      'BAD_WCS',
      `A spectral axis of ${algorithm === '' ? type : `${type}-${algorithm}`} needs RESTFRQ or RESTWAV. Add one of them to the header.`,
    )
  }
  const kind = spectralType(type, rest ?? Number.NaN)
  if (kind === undefined) throw new Error(`${type} was taken for a spectral type`)
  const unit = spectralUnit(header.get(`CUNIT${axis}`), type, axis)
  const crpix = numberOf(header, `CRPIX${axis}`) ?? 0
  const value = unit * (numberOf(header, `CRVAL${axis}`) ?? 0)
  const step = unit * stepOf(header, axis)
  if (linearIn === 'LOG') return logarithmic(kind, crpix, value, step, axis)
  if (linearIn === '') return linear(kind, crpix, value, step)
  const base = spectralType(linearIn, rest ?? Number.NaN)
  if (base === undefined) throw new Error(`${linearIn} was taken for a spectral type`)
  const wave = kind.toWave(value)
  if (Number.isNaN(wave)) throw badReference(axis)
  // Paper III, equation 4: one step along the axis changes the value by CDELT at the reference point.
  return linear(base, crpix, base.fromWave(wave), (step * base.derivative(wave)) / kind.derivative(wave))
}

function linear(type: SpectralType, crpix: number, value: number, step: number): SpectralScale {
  return {
    toWave: (pixel) => type.toWave(value + step * (pixel - crpix)),
    toPixel: (wave) => crpix + (type.fromWave(wave) - value) / step,
  }
}

/** Paper III, section 3.2: S = Sr exp(w / Sr). */
function logarithmic(
  type: SpectralType,
  crpix: number,
  value: number,
  step: number,
  axis: number,
): SpectralScale {
  if (value === 0) throw badReference(axis)
  return {
    toWave: (pixel) => type.toWave(value * Math.exp((step * (pixel - crpix)) / value)),
    toPixel: (wave) => crpix + (value * Math.log(Math.max(0, type.fromWave(wave) / value))) / step,
  }
}

function badReference(axis: number): FitsError {
  return new FitsError('BAD_WCS', `CRVAL${axis} is no value that a spectral axis of its kind can have.`)
}

/** m */
function restWavelength(header: KeywordReader): number | undefined {
  const frequency = numberOf(header, 'RESTFRQ') ?? numberOf(header, 'RESTFREQ')
  if (frequency !== undefined && frequency > 0) return 299_792_458 / frequency
  const wave = numberOf(header, 'RESTWAV')
  return wave !== undefined && wave > 0 ? wave : undefined
}

/** Of the value per pixel, in the header's unit. PC wins over CD, as for the sky axes. */
function stepOf(header: KeywordReader, axis: number): number {
  const pc = numberOf(header, `PC${axis}_${axis}`)
  const cd = pc === undefined ? numberOf(header, `CD${axis}_${axis}`) : undefined
  const step = cd ?? (pc ?? 1) * (numberOf(header, `CDELT${axis}`) ?? 1)
  if (step === 0)
    throw new FitsError('BAD_WCS', `The step of axis ${axis} (CDELT${axis}) is 0. Correct the header.`)
  return step
}

/** The sky's axes refuse a mixture themselves; here it is with another axis beyond them. */
function refuseMixing(header: KeywordReader, axis: number, count: number): void {
  for (const prefix of ['PC', 'CD']) {
    for (let other = 1; other <= count; other++) {
      if (other === axis) continue
      for (const keyword of [`${prefix}${axis}_${other}`, `${prefix}${other}_${axis}`]) {
        if ((numberOf(header, keyword) ?? 0) === 0) continue
        throw new FitsError(
          'UNSUPPORTED_WCS',
          `${keyword} mixes the spectral axis with axis ${other}; the wavelength must depend on its own axis alone.`,
        )
      }
    }
  }
}
