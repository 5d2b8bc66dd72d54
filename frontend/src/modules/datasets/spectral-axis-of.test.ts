import { expect, test } from 'vitest'
import { formatWavelength } from '../jobs/spectral'
import { spectralAxisOf } from './spectral-axis-of'

const cards = (...lines: readonly string[]) => ({ header: lines.map((line) => line.padEnd(80)) })
const cube = ['SIMPLE  = T', 'BITPIX  = -32', 'NAXIS   = 3', 'NAXIS1  = 8', 'NAXIS2  = 8', 'NAXIS3  = 64']
const wave = ["CUNIT3  = 'm'", 'CRPIX3  = 1', 'CRVAL3  = 6.558E-7', 'CDELT3  = 1E-10']

test('the planes of a spectral cube have wavelengths', () => {
  const axis = spectralAxisOf(cards(...cube, "CTYPE3  = 'WAVE'", ...wave))
  expect(
    [1, 2, 64].map((plane) => formatWavelength(axis?.pixelToWavelength(plane) ?? Number.NaN, 6)),
  ).toEqual(['655.8 nm', '655.9 nm', '662.1 nm'])
})

test.each([
  ['without a spectral axis', "CTYPE3  = 'STOKES'"],
  ['of an algorithm that is not understood', "CTYPE3  = 'WAVE-TAB'"],
])('a cube %s has none', (_, type) => expect(spectralAxisOf(cards(...cube, type, ...wave))).toBeUndefined())
