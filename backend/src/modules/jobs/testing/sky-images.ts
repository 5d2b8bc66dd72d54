import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findLocalFiles } from '../../../adapters/dataset-files/local-files.ts'
import type { PlanDataset } from '../services/plan-context.ts'

/** The keywords beside the structural ones. */
export type Keywords = Readonly<Record<string, string | number>>

const SIDE_PX = 100

/** 100 x 100 pixels of 0.01 degrees around (10, 20). */
export const tan: Keywords = {
  CTYPE1: 'RA---TAN',
  CTYPE2: 'DEC--TAN',
  CRVAL1: 10,
  CRVAL2: 20,
  CRPIX1: 50.5,
  CRPIX2: 50.5,
  CDELT1: -0.01,
  CDELT2: 0.01,
}
export const atPole: Keywords = { ...tan, CTYPE1: 'RA---ZEA', CTYPE2: 'DEC--ZEA', CRVAL1: 0, CRVAL2: 90 }
export const atOrigin: Keywords = { ...tan, CRVAL1: 0, CRVAL2: 0 }
export const withoutCoordinates: Keywords = { OBJECT: 'M51' }

/** Pixel (x, y), from 1: what the images hold there. */
export function pixelValue(x: number, y: number): number {
  return x + 1000 * y
}

/** Writes a FITS image and returns it as the datasets module would. */
export async function skyImage(folder: string, id: string, keywords: Keywords): Promise<PlanDataset> {
  const cards = [
    card('SIMPLE', 'T'),
    card('BITPIX', -32),
    card('NAXIS', 2),
    card('NAXIS1', SIDE_PX),
    card('NAXIS2', SIDE_PX),
    ...Object.entries(keywords).map(([keyword, value]) =>
      card(keyword, typeof value === 'string' ? `'${value.padEnd(8)}'` : value),
    ),
  ]
  const header = Buffer.from([...cards, 'END'.padEnd(80)].join('').padEnd(2880))
  const data = Buffer.alloc(Math.ceil((SIDE_PX * SIDE_PX * 4) / 2880) * 2880)
  for (let y = 1; y <= SIDE_PX; y++) {
    for (let x = 1; x <= SIDE_PX; x++) {
      data.writeFloatBE(pixelValue(x, y), 4 * ((y - 1) * SIDE_PX + x - 1))
    }
  }
  const path = join(folder, `${id}.fits`)
  await writeFile(path, Buffer.concat([header, data]))
  const [location] = await findLocalFiles(path)
  return {
    id,
    location,
    hdu: 0,
    header: cards,
    axes: [SIDE_PX, SIDE_PX],
    bitpix: -32,
    unavailableReason: undefined,
  }
}

function card(keyword: string, value: string | number): string {
  return `${keyword.padEnd(8)}= ${String(value).padStart(20)}`.padEnd(80)
}
