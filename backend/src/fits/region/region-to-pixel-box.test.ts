import { expect, test } from 'vitest'
import type { PixelBox } from '../image/pixel-box.ts'
import { Wcs } from '../wcs/index.ts'
import { parsePolygon } from './parse-region.ts'
import { RegionMask } from './region-mask.ts'
import { regionToPixelBox, searchPixelBox } from './region-to-pixel-box.ts'

test('a search for the pixels of an outline with many corners can be left and taken up again', () => {
  const wcs = Wcs.fromHeader(
    new Map<string, string | number>([
      ['CTYPE1', 'RA---TAN'],
      ['CTYPE2', 'DEC--TAN'],
      ['CRPIX1', 128.5],
      ['CRPIX2', 128.5],
      ['CRVAL1', 184.6],
      ['CRVAL2', 0],
      ['CDELT1', -4e-3],
      ['CDELT2', 4e-3],
    ]),
  )
  const corners = Array.from({ length: 1000 }, (_, i) => {
    const [angle, radius] = [(2 * Math.PI * i) / 1000, i % 2 === 0 ? 0.4 : 0.2]
    return `${184.6 + radius * Math.cos(angle)} ${radius * Math.sin(angle)}`
  })
  const region = parsePolygon(corners.join(' '))
  const search = searchPixelBox(wcs, 256, 256, region)
  let steps = 0
  let step = search.next()
  for (; !step.done; step = search.next()) steps++
  expect(steps).toBeGreaterThan(500)
  const { xMin, xMax, yMin, yMax } = step.value
  expect({ xMin, xMax, yMin, yMax }).toEqual(regionToPixelBox(wcs, 256, 256, region))
  const mask = new RegionMask(wcs, region)
  const holds = (box: PixelBox) => mask.of(box).includes(1)
  // Each side has a pixel of the region, and nothing is beyond it.
  for (const [side, beyond] of [
    [
      { xMin, xMax: xMin },
      { xMin: 1, xMax: xMin - 1 },
    ],
    [
      { xMin: xMax, xMax },
      { xMin: xMax + 1, xMax: 256 },
    ],
  ] as const) {
    expect([holds({ ...side, yMin: 1, yMax: 256 }), holds({ ...beyond, yMin: 1, yMax: 256 })]).toEqual([
      true,
      false,
    ])
  }
  for (const [side, beyond] of [
    [
      { yMin, yMax: yMin },
      { yMin: 1, yMax: yMin - 1 },
    ],
    [
      { yMin: yMax, yMax },
      { yMin: yMax + 1, yMax: 256 },
    ],
  ] as const) {
    expect([holds({ ...side, xMin: 1, xMax: 256 }), holds({ ...beyond, xMin: 1, xMax: 256 })]).toEqual([
      true,
      false,
    ])
  }
})
