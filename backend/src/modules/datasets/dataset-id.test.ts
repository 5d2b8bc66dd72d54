import { expect, test } from 'vitest'
import { datasetIdOf, looksLikeFits } from './dataset-id.ts'

test.each([
  ['microwave-sky.fits', 'microwave-sky'],
  ['HorseHead.FITS', 'HorseHead'],
  ['a.fit', 'a'],
  ['tile_1.2.fts', 'tile_1.2'],
  ['noextension', 'noextension'],
])('names %s %s', (fileName, id) => {
  expect(datasetIdOf(fileName)).toBe(id)
})

test.each([
  ['my image.fits', '--id'],
  ['.fits', '--id'],
  ['-x.fits', '--id'],
  ['größe.fits', '--id'],
  [`${'a'.repeat(129)}.fits`, '--id'],
  ['sky.fits.gz', 'gunzip'],
  ['sky.fits.fz', 'funpack'],
  ['sky.FIT.GZ', 'gunzip'],
  ['sky.fts.bz2', 'unpack it'],
])('refuses %s and says what to do', (fileName, wayOut) => {
  expect(() => datasetIdOf(fileName)).toThrow(wayOut)
})

test.each([
  ['a.fits', true],
  ['a.fits.gz', true],
  ['a.txt', false],
  ['fits', false],
])('%s looks like FITS: %s', (fileName, expected) => {
  expect(looksLikeFits(fileName)).toBe(expected)
})
