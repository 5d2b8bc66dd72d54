import { cellToLatLng, latLngToCell } from 'h3-js'
import { expect, test } from 'vitest'
import {
  densityBounds,
  densityClasses,
  densityClassOf,
  densityColorIndex,
  densityFeatures,
} from './density-cells'

test('classes hold about as many cells each, and none is empty', () => {
  expect(densityClasses([3, 3, 3, 3, 3, 900])).toEqual([3, 900])
  expect(densityClasses([])).toEqual([])
  const counts = Array.from({ length: 60 }, (_, index) => index + 3)
  const limits = densityClasses(counts)
  expect(limits).toEqual([3, 13, 23, 33, 43, 53])
  expect([3, 12, 13, 62].map((count) => densityClassOf(count, limits))).toEqual([0, 0, 1, 5])
})

test('few classes reach from the first colour to the last', () => {
  expect([0, 1, 2].map((index) => densityColorIndex(index, 3))).toEqual([0, 3, 5])
  expect(densityColorIndex(0, 1)).toBe(5)
})

test.each([
  ['across the antimeridian', -17, 180],
  ['at a pole', 90, 0],
  ['in a city', 47.37, 8.54],
])('a cell %s is whole', (_, latitude, longitude) => {
  const cell = latLngToCell(latitude, longitude, 7)
  const { features } = densityFeatures([{ cell, personCount: 4 }])
  const [ring = []] = features[0]?.geometry.coordinates ?? []
  expect(ring.length).toBeGreaterThan(5)
  const first = ring[0]?.[0] ?? 0
  for (const [x = 0] of ring) expect(Math.abs(x - first)).toBeLessThanOrEqual(180)
  const bounds = densityBounds([{ cell, personCount: 4 }])
  expect(bounds?.south).toBeCloseTo(cellToLatLng(cell)[0], 9)
})
