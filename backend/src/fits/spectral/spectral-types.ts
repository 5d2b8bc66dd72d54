/*
 * What a spectral coordinate means (Greisen, Calabretta, Valdes and Allen 2006, A&A 446, 747: "paper III",
 * tables 1 and 3). Each is a function of the wavelength in vacuum, in metres; values in SI units.
 */

/** m/s */
const C = 299_792_458
/** J s */
const PLANCK = 6.626_070_15e-34

export interface SpectralType {
  /** m; NaN outside of what the coordinate can be. */
  toWave(value: number): number
  fromWave(waveM: number): number
  /** Change of the coordinate per metre of wavelength. */
  derivative(waveM: number): number
}

/** The types whose value depends on the line observed, by the wavelength of that line at rest, m. */
const VELOCITIES: Readonly<Record<string, (restM: number) => SpectralType>> = {
  VRAD: (rest) => ({
    toWave: (value) => positive(rest / (1 - value / C)),
    fromWave: (wave) => C * (1 - rest / wave),
    derivative: (wave) => (C * rest) / wave ** 2,
  }),
  VOPT: (rest) => scaled(opticalRedshift(rest), C),
  ZOPT: opticalRedshift,
  VELO: (rest) => scaled(beta(rest), C),
  BETA: beta,
}

const PLAIN: Readonly<Record<string, SpectralType>> = {
  FREQ: perWave(C),
  AFRQ: perWave(2 * Math.PI * C),
  ENER: perWave(PLANCK * C),
  WAVN: perWave(1),
  WAVE: { toWave: positive, fromWave: (wave) => wave, derivative: () => 1 },
  AWAV: {
    toWave: (air) => positive(air * airIndex(air)),
    fromWave: airWavelength,
    derivative: (wave) => 1 / vacuumPerAir(airWavelength(wave)),
  },
}

export const SPECTRAL_TYPES: readonly string[] = [...Object.keys(PLAIN), ...Object.keys(VELOCITIES)]

export function needsRest(type: string): boolean {
  return VELOCITIES[type] !== undefined
}

/** Undefined for a code that paper III does not name. `restM` is needed where needsRest() says so. */
export function spectralType(type: string, restM: number): SpectralType | undefined {
  return PLAIN[type] ?? VELOCITIES[type]?.(restM)
}

function perWave(constant: number): SpectralType {
  return {
    toWave: (value) => positive(constant / value),
    fromWave: (wave) => constant / wave,
    derivative: (wave) => -constant / wave ** 2,
  }
}

function opticalRedshift(rest: number): SpectralType {
  return {
    toWave: (value) => positive(rest * (1 + value)),
    fromWave: (wave) => (wave - rest) / rest,
    derivative: () => 1 / rest,
  }
}

/** Apparent radial velocity by the speed of light, from the relativistic Doppler shift. */
function beta(rest: number): SpectralType {
  return {
    toWave: (value) => positive(rest * Math.sqrt((1 + value) / (1 - value))),
    fromWave: (wave) => {
      if (wave === Number.POSITIVE_INFINITY) return 1
      const squared = (wave / rest) ** 2
      return (squared - 1) / (squared + 1)
    },
    derivative: (wave) => {
      const ratio = wave / rest
      return (4 * ratio) / (ratio ** 2 + 1) ** 2 / rest
    },
  }
}

function scaled(type: SpectralType, factor: number): SpectralType {
  return {
    toWave: (value) => type.toWave(value / factor),
    fromWave: (wave) => factor * type.fromWave(wave),
    derivative: (wave) => factor * type.derivative(wave),
  }
}

function positive(waveM: number): number {
  return waveM > 0 && Number.isFinite(waveM) ? waveM : Number.NaN
}

/** Refractive index of standard air by the wavelength in it, m (Cox 2000, as in WCSLIB's spx.c). */
function airIndex(air: number): number {
  const s = air ** -2
  return 2.554e8 / (0.41e14 - s) + 294.981e8 / (1.46e14 - s) + 1.000064328
}

/** Change of the wavelength in vacuum per change of that in air. */
function vacuumPerAir(air: number): number {
  const s = air ** -2
  const slope = 2.554e8 / (0.41e14 - s) ** 2 + 294.981e8 / (1.46e14 - s) ** 2
  return airIndex(air) - 2 * s * slope
}

/** Newton's method: the index changes so slowly that a few steps settle it. */
function airWavelength(wave: number): number {
  // The formula has a pole in the ultraviolet, below which air lets nothing through.
  if (!(wave > 2e-7) || !Number.isFinite(wave)) return wave
  let air = wave
  for (let step = 0; step < 5; step++) air -= (air * airIndex(air) - wave) / vacuumPerAir(air)
  return air
}
