import { expect, test } from 'vitest'
import { graticuleFeature, graticuleOf } from './graticule'
import { scaleBar } from './map-frame'

test('a city’s grid has round steps and labels of as many digits as it needs', () => {
  const { stepDeg, meridians, parallels } = graticuleOf(
    { west: 8.49, south: 47.36, east: 8.56, north: 47.39 },
    6,
  )
  expect(stepDeg).toBeCloseTo(0.02, 12)
  expect(meridians.map(({ label }) => label)).toEqual(['8.50° E', '8.52° E', '8.54° E', '8.56° E'])
  expect(parallels.map(({ label }) => label)).toEqual(['47.36° N', '47.38° N'])
})

test('meridians beyond the antimeridian have the names they have there', () => {
  const { meridians } = graticuleOf({ west: 178, south: -1, east: 183, north: 1 }, 5)
  expect(meridians.map(({ label }) => label)).toEqual([
    '178° E',
    '179° E',
    '180°',
    '179° W',
    '178° W',
    '177° W',
  ])
})

test('the equator is neither north nor south', () => {
  const { parallels } = graticuleOf({ west: 0, south: -1, east: 2, north: 1 }, 2)
  expect(parallels.map(({ label }) => label)).toEqual(['1° S', '0°', '1° N'])
})

test('the lines reach half a view beyond each edge, as finely as they are labelled', () => {
  const { geometry } = graticuleFeature({ west: 0, south: 0, east: 10, north: 10 }, 10)
  const longitudes = geometry.coordinates.map(([[longitude = 0] = []]) => longitude)
  expect(Math.min(...longitudes)).toBe(-5)
  expect(Math.max(...longitudes)).toBe(15)
  expect(longitudes.filter((longitude) => longitude === 3)).toHaveLength(1)
})

test.each([
  [0.1, 100, '10 m', 100],
  [0.1, 99, '5 m', 50],
  [30, 100, '2 km', 2000 / 30],
])('at %d metres a pixel, %d pixels hold a bar of %s', (metresPerPixel, maximumPx, label, widthPx) => {
  expect(scaleBar(metresPerPixel, maximumPx)).toEqual({ label, widthPx })
})
