import { formatCard } from '@fairlead/backend/fits'
import { Random } from './random.ts'
import { writeImage } from './write-image.ts'

const SIDE_PX = 256
const PLANES = 64
const PIXEL_DEG = 0.6 / 3600
/** On the large spiral of the survey tiles. */
const CENTER_RA_DEG = 184.68095
const CENTER_DEC_DEG = 47.24833
/** Ten planes of one angstrom on either side of the line's own spread. */
const FIRST_WAVE_M = 6.558e-7
const WAVE_STEP_M = 1e-10
/** The hydrogen line at rest, in vacuum, and the galaxy's own velocity. */
const LINE_WAVE_M = 6.5646e-7
const SYSTEM_KM_S = 1190
const LIGHT_KM_S = 299_792.458
const SCALE_PX = 42
const FLATTENING = 0.72
const ANGLE_RAD = 0.6
const ROTATION_KM_S = 210
/** Turbulence, heat and the spectrograph together. */
const LINE_SIGMA_M = 1.3e-10
const NOISE = 0.6

/** A made-up galaxy in the light of hydrogen, plane by plane in wavelength: one side comes towards us. */
export async function writeSpectralCube(path: string): Promise<void> {
  await writeImage(path, header(), planes())
}

function header(): string[] {
  return [
    formatCard('SIMPLE', true, 'conforms to FITS standard'),
    formatCard('BITPIX', -32, 'IEEE single precision'),
    formatCard('NAXIS', 3),
    formatCard('NAXIS1', SIDE_PX),
    formatCard('NAXIS2', SIDE_PX),
    formatCard('NAXIS3', PLANES),
    formatCard('OBJECT', 'Spiral galaxy in H alpha', 'synthetic: not a measurement'),
    formatCard('BUNIT', '10**(-20)*erg/s/cm**2/Angstrom'),
    formatCard('RADESYS', 'ICRS'),
    formatCard('CTYPE1', 'RA---TAN'),
    formatCard('CTYPE2', 'DEC--TAN'),
    formatCard('CTYPE3', 'WAVE', 'wavelength in vacuum'),
    formatCard('CUNIT1', 'deg'),
    formatCard('CUNIT2', 'deg'),
    formatCard('CUNIT3', 'm'),
    formatCard('CRPIX1', SIDE_PX / 2 + 0.5),
    formatCard('CRPIX2', SIDE_PX / 2 + 0.5),
    formatCard('CRPIX3', 1),
    formatCard('CRVAL1', CENTER_RA_DEG, '[deg]'),
    formatCard('CRVAL2', CENTER_DEC_DEG, '[deg]'),
    formatCard('CRVAL3', FIRST_WAVE_M, '[m]'),
    formatCard('CDELT1', -PIXEL_DEG, '[deg]'),
    formatCard('CDELT2', PIXEL_DEG, '[deg]'),
    formatCard('CDELT3', WAVE_STEP_M, '[m]'),
    formatCard('RESTWAV', LINE_WAVE_M, '[m]'),
    formatCard('SPECSYS', 'BARYCENT'),
    formatCard('ORIGIN', 'Fairlead', 'demonstration data'),
  ]
}

interface Disc {
  /** Light between the lines, and in the line at its peak. */
  readonly continuum: Float32Array
  readonly line: Float32Array
  /** Where the line lies, m. */
  readonly waveM: Float64Array
}

function disc(): Disc {
  const size = SIDE_PX * SIDE_PX
  const made: Disc = {
    continuum: new Float32Array(size),
    line: new Float32Array(size),
    waveM: new Float64Array(size),
  }
  const cosine = Math.cos(ANGLE_RAD)
  const sine = Math.sin(ANGLE_RAD)
  const tilt = Math.sqrt(1 - FLATTENING ** 2)
  for (let i = 0; i < size; i++) {
    const dx = (i % SIDE_PX) - SIDE_PX / 2 + 0.5
    const dy = Math.floor(i / SIDE_PX) - SIDE_PX / 2 + 0.5
    const along = dx * cosine + dy * sine
    const across = (dy * cosine - dx * sine) / FLATTENING
    const radius = Math.hypot(along, across)
    const light = Math.exp(-radius / SCALE_PX)
    const arms = 0.5 + 0.5 * Math.cos(2 * Math.atan2(across, along) - 3.2 * Math.log(radius + 4))
    made.continuum[i] = 4 * light + 25 * Math.exp(-((radius / 7) ** 2))
    made.line[i] = 40 * light * arms ** 3 + 12 * Math.exp(-((radius / 5) ** 2))
    const rotation = ROTATION_KM_S * Math.tanh(radius / 14) * (along / Math.max(radius, 0.5)) * tilt
    made.waveM[i] = LINE_WAVE_M * (1 + (SYSTEM_KM_S + rotation) / LIGHT_KM_S)
  }
  return made
}

function* planes(): Generator<Uint8Array> {
  const { continuum, line, waveM } = disc()
  const random = new Random(6563)
  const pixels = new Float32Array(SIDE_PX * SIDE_PX)
  const bytes = new DataView(new ArrayBuffer(pixels.byteLength))
  for (let plane = 0; plane < PLANES; plane++) {
    const wave = FIRST_WAVE_M + plane * WAVE_STEP_M
    random.fillGaussian(pixels, NOISE)
    for (let i = 0; i < pixels.length; i++) {
      const offset = (wave - (waveM[i] as number)) / LINE_SIGMA_M
      const glow = Math.abs(offset) < 5 ? (line[i] as number) * Math.exp((-offset * offset) / 2) : 0
      bytes.setFloat32(4 * i, (pixels[i] as number) + (continuum[i] as number) + glow)
    }
    yield new Uint8Array(bytes.buffer)
  }
}
