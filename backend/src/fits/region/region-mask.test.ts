import { describe, expect, test } from 'vitest'
import { Wcs } from '../wcs/index.ts'
import { parsePosition } from './parse-region.ts'
import { RegionMask } from './region-mask.ts'
import { regionContains } from './sky-shape.ts'

const wcsOf = (projection: string, ra: number, dec: number, step: number) =>
  Wcs.fromHeader(
    new Map<string, string | number>([
      ['CTYPE1', `RA---${projection}`],
      ['CTYPE2', `DEC--${projection}`],
      ['CRPIX1', 40.5],
      ['CRPIX2', 30.5],
      ['CRVAL1', ra],
      ['CRVAL2', dec],
      ['CDELT1', -step],
      ['CDELT2', step],
    ]),
  )

describe('RegionMask', () => {
  test.each([
    ['TAN', 10, 20, 0.01, 'CIRCLE 10 20 0.2'],
    ['TAN', 10, 20, 0.01, 'CIRCLE 10.3 20.2 0.001'],
    ['TAN', 0, 0, 0.01, 'POLYGON 359.8 -0.2 0.2 -0.1 0 0.25'],
    ['TAN', 0, 0, 0.01, 'POLYGON 359.8 -0.2 0.2 -0.2 0 0 0.2 0.2 359.8 0.2'],
    ['ZEA', 0, 90, 0.5, 'CIRCLE 0 90 7.3'],
    ['ZEA', 0, 90, 2, 'RANGE 20 140 30 80'],
    ['CAR', 0, 0, 4, 'RANGE 350 20 -Inf +Inf'],
    ['AIT', 0, 0, 5, 'CIRCLE 180 60 40'],
    ['SIN', 0, 0, 1, 'CIRCLE 60 0 45'],
    ['TAN', 10, 20, 0.01, 'CIRCLE 50 50 1'],
  ])(
    'holds exactly the pixels whose centres are inside: %s at %s %s, %s',
    (projection, ra, dec, step, text) => {
      const wcs = wcsOf(projection, ra, dec, step)
      const region = parsePosition(text)
      const mask = new RegionMask(wcs, region)
      const box = { xMin: 3, xMax: 80, yMin: 2, yMax: 59 }
      const expected = new Uint8Array(78 * 58)
      for (let y = 2; y <= 59; y++) {
        for (let x = 3; x <= 80; x++) {
          const sky = wcs.pixelToSky(x, y)
          if (sky && regionContains(region, sky.raDeg, sky.decDeg)) expected[(y - 2) * 78 + x - 3] = 1
        }
      }
      expect(mask.of(box)).toEqual(expected)
      expect(mask.of({ ...box, yMin: 20, yMax: 30 })).toEqual(expected.subarray(18 * 78, 29 * 78))
    },
  )
})
