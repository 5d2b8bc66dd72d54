import { FitsHeader, formatCard, Wcs } from '@fairlead/backend/fits'
import { gaussianField } from './gaussian-field.ts'
import { Random } from './random.ts'
import { writeImage } from './write-image.ts'

const SIDE_PX = 4096
/** The background holds nothing finer than this grid: the damping tail ends well before. */
const FIELD_PX = 2048
const FOREGROUND_PX = 1024
const PIXEL_DEG = 0.0241
const CENTER_LON_DEG = 25
const CENTER_LAT_DEG = 43
/** Radio galaxies, mostly; as seen by a beam of a few arc minutes. */
const SOURCES = 700
const BEAM_SIGMA_PX = 1.7
const NOISE_UK = 12
const BLOCK_ROWS = 64

/** A made-up microwave sky: background with acoustic peaks, the Galaxy's plane, point sources and noise. */
export async function writeMicrowaveSky(path: string): Promise<void> {
  const cards = header()
  const wcs = Wcs.fromHeader(FitsHeader.fromCards(cards))
  const random = new Random(1965)
  const sideRad = (SIDE_PX * PIXEL_DEG * Math.PI) / 180
  const background = gaussianField(FIELD_PX, sideRad, backgroundPower, random)
  const foreground = galaxy(wcs, sideRad, random)
  const sources = makeSources(random)
  await writeImage(path, cards, rows(background, foreground, sources, random))
}

function header(): string[] {
  const middle = SIDE_PX / 2 + 0.5
  return [
    formatCard('SIMPLE', true, 'conforms to FITS standard'),
    formatCard('BITPIX', -32, 'IEEE single precision'),
    formatCard('NAXIS', 2),
    formatCard('NAXIS1', SIDE_PX),
    formatCard('NAXIS2', SIDE_PX),
    formatCard('OBJECT', 'Microwave sky', 'synthetic: not a measurement'),
    formatCard('BUNIT', 'uK', 'thermodynamic temperature, mean removed'),
    formatCard('CTYPE1', 'GLON-ZEA', 'Galactic, zenithal equal-area'),
    formatCard('CTYPE2', 'GLAT-ZEA'),
    formatCard('CRPIX1', middle),
    formatCard('CRPIX2', middle),
    formatCard('CRVAL1', CENTER_LON_DEG, '[deg]'),
    formatCard('CRVAL2', CENTER_LAT_DEG, '[deg]'),
    formatCard('CDELT1', -PIXEL_DEG, '[deg]'),
    formatCard('CDELT2', PIXEL_DEG, '[deg]'),
    formatCard('CUNIT1', 'deg'),
    formatCard('CUNIT2', 'deg'),
    formatCard('ORIGIN', 'Fairlead', 'demonstration data'),
    formatCard(
      'BMAJ',
      (2.355 * BEAM_SIGMA_PX * PIXEL_DEG).toFixed(4),
      '[deg] beam, full width at half maximum',
    ),
  ]
}

/** Heights, places and widths of the peaks of l(l+1)C_l/2 pi, microkelvin squared, near those that were measured. */
const PEAKS = [
  [4700, 220, 95],
  [1750, 537, 105],
  [2050, 812, 125],
  [850, 1121, 130],
  [620, 1445, 150],
  [280, 1776, 170],
  [160, 2081, 200],
] as const

function backgroundPower(multipole: number): number {
  let bump = 950 * Math.exp(-((multipole / 900) ** 2))
  for (const [height, place, width] of PEAKS)
    bump += height * Math.exp(-(((multipole - place) / width) ** 2) / 2)
  return (bump * 2 * Math.PI) / (multipole * (multipole + 1))
}

/** Dust and synchrotron light that thicken towards the plane and the Galaxy's centre, with turbulent structure. */
function galaxy(wcs: Wcs, sideRad: number, random: Random): Float32Array {
  const clouds = gaussianField(FOREGROUND_PX, sideRad, (multipole) => multipole ** -2.2, random)
  let sumOfSquares = 0
  for (const value of clouds) sumOfSquares += value * value
  const scale = 1 / Math.sqrt(sumOfSquares / clouds.length)
  const factor = SIDE_PX / FOREGROUND_PX
  const map = new Float32Array(clouds.length)
  for (let row = 0; row < FOREGROUND_PX; row++) {
    for (let column = 0; column < FOREGROUND_PX; column++) {
      const position = wcs.pixelToFrame((column + 0.5) * factor + 0.5, (row + 0.5) * factor + 0.5)
      if (!position) continue
      const index = row * FOREGROUND_PX + column
      const lon = position.lonDeg > 180 ? position.lonDeg - 360 : position.lonDeg
      const lat = Math.abs(position.latDeg)
      const cloud = (clouds[index] as number) * scale
      const toCenter = 0.35 + 0.65 * Math.exp(-((lon / 45) ** 2))
      const thin = 260 * Math.exp(-lat / 1.6)
      const thick = 70 * Math.exp(-lat / 6.5)
      map[index] = toCenter * (thin + thick) * Math.exp(0.6 * cloud) + 6 * Math.exp(0.8 * cloud)
    }
  }
  return map
}

interface Source {
  x: number
  y: number
  peak: number
}

/** Brightness falls as a power law, as counts of real sources do. */
function makeSources(random: Random): Source[] {
  const sources = Array.from({ length: SOURCES }, () => ({
    x: random.between(0, SIDE_PX),
    y: random.between(0, SIDE_PX),
    peak: Math.min(2500, 110 * (1 - random.uniform()) ** -0.8),
  }))
  return sources.sort((a, b) => a.y - b.y)
}

function* rows(
  background: Float32Array,
  foreground: Float32Array,
  sources: readonly Source[],
  random: Random,
): Generator<Uint8Array> {
  const block = new Float32Array(BLOCK_ROWS * SIDE_PX)
  const bytes = new DataView(new ArrayBuffer(block.byteLength))
  for (let start = 0; start < SIDE_PX; start += BLOCK_ROWS) {
    random.fillGaussian(block, NOISE_UK)
    for (let row = 0; row < BLOCK_ROWS; row++) {
      const target = block.subarray(row * SIDE_PX, (row + 1) * SIDE_PX)
      addEnlarged(target, background, FIELD_PX, start + row)
      addEnlarged(target, foreground, FOREGROUND_PX, start + row)
    }
    addSources(block, start, sources)
    for (let i = 0; i < block.length; i++) bytes.setFloat32(4 * i, block[i] as number)
    yield new Uint8Array(bytes.buffer)
  }
}

/** Adds one row of a coarser map by cubic interpolation (Catmull and Rom), which keeps it smooth. */
function addEnlarged(target: Float32Array, map: Float32Array, side: number, row: number): void {
  const factor = SIDE_PX / side
  const y = (row + 0.5) / factor - 0.5
  const weights = cubic(y - Math.floor(y))
  const column = new Float32Array(side)
  for (let k = 0; k < 4; k++) {
    const from = clamp(Math.floor(y) - 1 + k, side) * side
    const weight = weights[k] as number
    for (let i = 0; i < side; i++) column[i] = (column[i] as number) + weight * (map[from + i] as number)
  }
  for (let phase = 0; phase < factor; phase++) {
    const offset = (phase + 0.5) / factor - 0.5
    const shift = Math.floor(offset)
    const [a = 0, b = 0, c = 0, d = 0] = cubic(offset - shift)
    for (let i = 0; i < side; i++) {
      const at = i + shift
      const inner = at >= 1 && at + 2 < side
      const p = column[inner ? at - 1 : clamp(at - 1, side)] as number
      const q = column[inner ? at : clamp(at, side)] as number
      const r = column[inner ? at + 1 : clamp(at + 1, side)] as number
      const s = column[inner ? at + 2 : clamp(at + 2, side)] as number
      const to = i * factor + phase
      target[to] = (target[to] as number) + a * p + b * q + c * r + d * s
    }
  }
}

function cubic(t: number): [number, number, number, number] {
  return [
    0.5 * (-t + 2 * t * t - t ** 3),
    0.5 * (2 - 5 * t * t + 3 * t ** 3),
    0.5 * (t + 4 * t * t - 3 * t ** 3),
    0.5 * (-t * t + t ** 3),
  ]
}

function clamp(index: number, side: number): number {
  return Math.max(0, Math.min(side - 1, index))
}

function addSources(block: Float32Array, start: number, sources: readonly Source[]): void {
  const reach = Math.ceil(5 * BEAM_SIGMA_PX)
  for (const { x, y, peak } of sources) {
    if (y < start - reach || y > start + BLOCK_ROWS + reach) continue
    const firstRow = Math.max(start, Math.floor(y) - reach)
    const lastRow = Math.min(start + BLOCK_ROWS - 1, Math.floor(y) + reach)
    for (let row = firstRow; row <= lastRow; row++) {
      for (
        let column = Math.max(0, Math.floor(x) - reach);
        column <= Math.min(SIDE_PX - 1, Math.floor(x) + reach);
        column++
      ) {
        const squared = (column - x) ** 2 + (row - y) ** 2
        const index = (row - start) * SIDE_PX + column
        block[index] = (block[index] as number) + peak * Math.exp(-squared / (2 * BEAM_SIGMA_PX ** 2))
      }
    }
  }
}
