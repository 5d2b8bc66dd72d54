import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { encodedHeaderBytes, encodeHeader, formatCard, OnesComplementSum } from '@fairlead/backend/fits'

export const PIXEL_DEG = 1e-4

/** Writes a square float32 image in TAN, a few rows at a time; its rows repeat, but no two neighbours are equal. */
export function makeImage(path: string, sidePx: number): void {
  const cards = [
    formatCard('SIMPLE', true),
    formatCard('BITPIX', -32),
    formatCard('NAXIS', 2),
    formatCard('NAXIS1', sidePx),
    formatCard('NAXIS2', sidePx),
    formatCard('CTYPE1', 'RA---TAN'),
    formatCard('CTYPE2', 'DEC--TAN'),
    formatCard('CRPIX1', sidePx / 2),
    formatCard('CRPIX2', sidePx / 2),
    formatCard('CRVAL1', 180),
    formatCard('CRVAL2', 30),
    formatCard('CDELT1', -PIXEL_DEG),
    formatCard('CDELT2', PIXEL_DEG),
  ]
  const rows = 64
  const view = new DataView(new ArrayBuffer(4 * sidePx * rows))
  for (let i = 0; i < sidePx * rows; i++) view.setFloat32(4 * i, (i * 7919) % 65521)
  const block = new Uint8Array(view.buffer)
  const sum = new OnesComplementSum()
  const file = openSync(path, 'w')
  try {
    let position = encodedHeaderBytes(cards.length)
    for (let row = 0; row < sidePx; row += rows) {
      const bytes = block.subarray(0, 4 * sidePx * Math.min(rows, sidePx - row))
      sum.add(bytes)
      position += writeSync(file, bytes, 0, bytes.length, position)
    }
    writeSync(file, new Uint8Array((2880 - (position % 2880)) % 2880), 0, undefined, position)
    writeSync(file, encodeHeader(cards, sum.value()), 0, undefined, 0)
    // The disk is at rest again before anything is measured.
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
