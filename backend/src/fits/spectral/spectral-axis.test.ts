import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { CardValue } from '../header/card.ts'
import { bandToPlanes } from './band-to-planes.ts'
import { SpectralAxis } from './spectral-axis.ts'

interface SpectralVector {
  header: Record<string, CardValue>
  pixels: number[]
  /** By WCSLIB 8 through Astropy: m, in vacuum. */
  wavelengths: number[]
}

const vectors = readFileSync(new URL('../testing/spectral-vectors.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as SpectralVector)

const axisOf = (keywords: Record<string, CardValue>): SpectralAxis | undefined =>
  SpectralAxis.fromHeader(new Map(Object.entries({ NAXIS: 3, ...keywords })))

const wave = { CTYPE3: 'WAVE', CUNIT3: 'nm', CRVAL3: 500, CDELT3: 2, CRPIX3: 1 }
const frequency = { CTYPE3: 'FREQ', CUNIT3: 'GHz', CRVAL3: 100, CDELT3: 1, CRPIX3: 1 }

describe('SpectralAxis', () => {
  test.each(vectors.map((vector) => [Object.values(vector.header).join(' '), vector] as const))(
    'agrees with WCSLIB for %s, there and back',
    (_title, { header, pixels, wavelengths }) => {
      const axis = axisOf(header)
      // WCSLIB's electronvolt and Planck's constant are those of 1986.
      const tolerance = String(header['CTYPE3']).startsWith('ENER') ? 1e-6 : 2e-12
      for (const [i, pixel] of pixels.entries()) {
        const wavelength = wavelengths[i]!
        const found = axis!.pixelToWavelength(pixel)
        expect(Math.abs(found / wavelength - 1)).toBeLessThan(tolerance)
        expect(axis!.wavelengthToPixel(found)).toBeCloseTo(pixel, 5)
      }
    },
  )

  test('is absent without a spectral CTYPE', () => {
    expect(axisOf({ CTYPE3: 'STOKES' })).toBeUndefined()
    expect(axisOf({})).toBeUndefined()
  })

  test('is found behind a Stokes axis', () => {
    expect(axisOf({ NAXIS: 4, CTYPE3: 'STOKES', CTYPE4: 'FREQ', CRVAL4: 1e9, CDELT4: 1e6 })?.axis).toBe(4)
  })

  test.each([
    ['a table', { ...wave, CTYPE3: 'WAVE-TAB' }, 'UNSUPPORTED_WCS', /WAVE-TAB.*linear axis/],
    ['a grism', { ...wave, CTYPE3: 'AWAV-GRI' }, 'UNSUPPORTED_WCS', /GRI/],
    ['a unit of another kind', { ...wave, CUNIT3: 'GHz' }, 'UNSUPPORTED_WCS', /CUNIT3 is "GHz".*nm/],
    ['a velocity without a line', { CTYPE3: 'VRAD', CDELT3: 1 }, 'BAD_WCS', /RESTFRQ or RESTWAV/],
    ['no step', { ...wave, CDELT3: 0 }, 'BAD_WCS', /CDELT3/],
    ['a step that depends on the sky', { ...wave, CD3_1: 0.1 }, 'UNSUPPORTED_WCS', /CD3_1 mixes/],
    ['the spectrum first', { CTYPE1: 'WAVE' }, 'UNSUPPORTED_WCS', /axis 1.*third/],
    ['a frequency of 0', { ...frequency, CTYPE3: 'FREQ-W2F', CRVAL3: 0 }, 'BAD_WCS', /CRVAL3/],
  ])('refuses %s, with the way out', (_what, header, reason, message) => {
    expect(() => axisOf(header)).toThrow(
      expect.objectContaining({ reason, message: expect.stringMatching(message) }),
    )
  })
})

describe('bandToPlanes', () => {
  test.each([
    ['takes the planes whose centres it holds', wave, [503e-9, 509e-9], [3, 5]],
    ['includes its ends', wave, [502e-9, 508e-9], [2, 5]],
    ['takes one plane for one wavelength', wave, [505.2e-9, 505.2e-9], [4, 4]],
    ['takes the plane that it lies in', wave, [502.2e-9, 502.4e-9], [2, 2]],
    ['is cut at the ends of the axis', wave, [400e-9, 502.5e-9], [1, 2]],
    ['is open to short wavelengths', wave, [Number.NEGATIVE_INFINITY, 505e-9], [1, 3]],
    ['is open to long wavelengths', wave, [511e-9, Number.POSITIVE_INFINITY], [7, 10]],
    ['takes half a pixel beyond the last centre', wave, [518.5e-9, 518.9e-9], [10, 10]],
    ['turns round on a frequency axis', frequency, [299_792_458 / 103e9, 299_792_458 / 101e9], [2, 4]],
    ['is open on a frequency axis', frequency, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], [1, 10]],
    ['is open below on a frequency axis', frequency, [0, 299_792_458 / 108e9], [9, 10]],
  ])('%s', (_what, header, [lower, upper], [first, last]) => {
    expect(bandToPlanes(axisOf(header)!, 10, { lower: lower!, upper: upper! })).toEqual({ first, last })
  })

  test.each([
    ['below', wave, 300e-9, 400e-9],
    ['above', wave, 600e-9, Number.POSITIVE_INFINITY],
    ['negative', wave, -2, -1],
    ['negative, and the axis in frequency', frequency, -2, -1],
    ['above in wavelength, and the axis in frequency', frequency, 1, Number.POSITIVE_INFINITY],
  ])('says what the image covers when the band is %s', (_where, header, lower, upper) => {
    expect(() => bandToPlanes(axisOf(header)!, 10, { lower, upper })).toThrow(
      expect.objectContaining({
        reason: 'REGION_OUTSIDE_IMAGE',
        message: expect.stringMatching(/^BAND .* which covers \S+ to \S+ m in vacuum/),
      }),
    )
  })
})
