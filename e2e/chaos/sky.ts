import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The images that the jobs work on: squares of 0.01 degree pixels around one place, told apart by size. */
export interface SkyImage {
  readonly id: string
  readonly sidePx: number
}

export const small: readonly [SkyImage, ...SkyImage[]] = [
  { id: 'chaos-a', sidePx: 120 },
  { id: 'chaos-b', sidePx: 200 },
  { id: 'chaos-c', sidePx: 300 },
]
/** Tasks on this one run for a while. */
export const large: SkyImage = { id: 'chaos-large', sidePx: 1500 }

/** ICRS degrees. */
export const center = { ra: 150, dec: 20 }
export const pixelDeg = 0.01

const BLOCK = 2880

/** Float images with a value in each pixel that no other pixel has, by the FITS standard 4.0. */
export function writeSky(folder: string): void {
  for (const { id, sidePx } of [...small, large]) {
    const middle = (sidePx + 1) / 2
    const cards = [
      ['SIMPLE', 'T'],
      ['BITPIX', -32],
      ['NAXIS', 2],
      ['NAXIS1', sidePx],
      ['NAXIS2', sidePx],
      ['CTYPE1', "'RA---TAN'"],
      ['CTYPE2', "'DEC--TAN'"],
      ['CRVAL1', center.ra],
      ['CRVAL2', center.dec],
      ['CRPIX1', middle],
      ['CRPIX2', middle],
      ['CDELT1', -pixelDeg],
      ['CDELT2', pixelDeg],
    ].map(([keyword, value]) => `${String(keyword).padEnd(8)}= ${String(value).padStart(20)}`.padEnd(80))
    const header = [...cards, 'END'.padEnd(80)].join('')
    const data = Buffer.alloc(padded(sidePx * sidePx * 4))
    for (let pixel = 0; pixel < sidePx * sidePx; pixel++) data.writeFloatBE(pixel, pixel * 4)
    writeFileSync(
      join(folder, `${id}.fits`),
      Buffer.concat([Buffer.from(header.padEnd(padded(header.length))), data]),
    )
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK
}
