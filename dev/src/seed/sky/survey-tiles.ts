import { FitsHeader, formatCard, Wcs } from '@fairlead/backend/fits'
import { Random } from './random.ts'
import { addObject, type SkyObject, surveyObjects } from './survey-objects.ts'
import { writeImage } from './write-image.ts'

export interface SurveyTile {
  number: number
  raDeg: number
  decDeg: number
}

const SIDE_PX = 2048
const PIXEL_DEG = 0.6 / 3600
/** Neighbouring tiles share this much. */
const OVERLAP_PX = 96
const CENTER_RA_DEG = 184.6
const CENTER_DEC_DEG = 47.2
const SKY_ADU = 120
const NOISE_ADU = 6.5
const BSCALE = 0.1
/** Puts the lowest stored value but one, -32767, at -76.7 adu. */
const BZERO = 3200
const BLANK = -32768
const MAX_STORED = 32767

/** Two by two, numbered along rows from the south-east. */
export const SURVEY_TILES: readonly SurveyTile[] = [0, 1, 2, 3].map((index) => {
  const offset = ((SIDE_PX - OVERLAP_PX) / 2) * PIXEL_DEG
  const decDeg = CENTER_DEC_DEG + (index < 2 ? -offset : offset)
  const toEast = index % 2 === 0 ? 1 : -1
  return {
    number: index + 1,
    raDeg: CENTER_RA_DEG + (toEast * offset) / Math.cos((decDeg * Math.PI) / 180),
    decDeg,
  }
})

/** One tile of a made-up optical survey: stars, galaxies, a sky background and its noise. */
export async function writeSurveyTile(path: string, tile: SurveyTile): Promise<void> {
  const cards = header(tile)
  const wcs = Wcs.fromHeader(FitsHeader.fromCards(cards))
  const pixels = new Float32Array(SIDE_PX * SIDE_PX)
  // Another exposure, another noise; but one and the same sky.
  const random = new Random(2000 + tile.number)
  random.fillGaussian(pixels, NOISE_ADU)
  for (const object of objects()) {
    const place = wcs.skyToPixel(object.raDeg, object.decDeg)
    if (place) addObject(pixels, SIDE_PX, object, place.x - 1, place.y - 1, random)
  }
  await writeImage(path, cards, stored(pixels))
}

function objects(): SkyObject[] {
  return surveyObjects({
    raDeg: CENTER_RA_DEG,
    decDeg: CENTER_DEC_DEG,
    sideDeg: 2 * SIDE_PX * PIXEL_DEG,
    pixelDeg: PIXEL_DEG,
  })
}

function header({ number, raDeg, decDeg }: SurveyTile): string[] {
  return [
    formatCard('SIMPLE', true, 'conforms to FITS standard'),
    formatCard('BITPIX', 16),
    formatCard('NAXIS', 2),
    formatCard('NAXIS1', SIDE_PX),
    formatCard('NAXIS2', SIDE_PX),
    formatCard('BSCALE', BSCALE),
    formatCard('BZERO', BZERO),
    formatCard('BLANK', BLANK),
    formatCard('BUNIT', 'adu'),
    formatCard('OBJECT', `Survey field, tile ${number} of 4`, 'synthetic: not a measurement'),
    formatCard('FILTER', 'r'),
    formatCard('EXPTIME', 300, '[s]'),
    formatCard('RADESYS', 'ICRS'),
    formatCard('CTYPE1', 'RA---TAN'),
    formatCard('CTYPE2', 'DEC--TAN'),
    formatCard('CRPIX1', SIDE_PX / 2 + 0.5),
    formatCard('CRPIX2', SIDE_PX / 2 + 0.5),
    formatCard('CRVAL1', raDeg, '[deg]'),
    formatCard('CRVAL2', decDeg, '[deg]'),
    formatCard('CD1_1', -PIXEL_DEG, '[deg]'),
    formatCard('CD1_2', 0),
    formatCard('CD2_1', 0),
    formatCard('CD2_2', PIXEL_DEG, '[deg]'),
    formatCard('ORIGIN', 'Fairlead', 'demonstration data'),
  ]
}

function* stored(pixels: Float32Array): Generator<Uint8Array> {
  const rows = 256
  const view = new DataView(new ArrayBuffer(2 * rows * SIDE_PX))
  for (let start = 0; start < pixels.length; start += rows * SIDE_PX) {
    for (let i = 0; i < rows * SIDE_PX; i++) {
      const value = Math.round(((pixels[start + i] as number) + SKY_ADU - BZERO) / BSCALE)
      // Bright stars saturate at the top of the range.
      view.setInt16(2 * i, Math.max(BLANK + 1, Math.min(MAX_STORED, value)))
    }
    yield new Uint8Array(view.buffer)
  }
}
