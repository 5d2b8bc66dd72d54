import { describe, expect, test } from 'vitest'
import { reachBounds, reachFeature } from './near-reach'

/** Metres on the sphere, by haversines. */
function distance(one: readonly number[], other: readonly number[]): number {
  const radians = Math.PI / 180
  const [longitude = 0, latitude = 0] = one
  const [otherLongitude = 0, otherLatitude = 0] = other
  const half =
    Math.sin(((otherLatitude - latitude) * radians) / 2) ** 2 +
    Math.cos(latitude * radians) *
      Math.cos(otherLatitude * radians) *
      Math.sin(((otherLongitude - longitude) * radians) / 2) ** 2
  return 2 * 6_371_008.7714 * Math.asin(Math.sqrt(half))
}

describe('reachFeature', () => {
  test.each([
    { name: 'a street', longitude: 8.5, latitude: 47.4, distanceM: 100 },
    { name: 'a district of the far north', longitude: 20, latitude: 84.9, distanceM: 10_000 },
    { name: 'the antimeridian', longitude: 179.999, latitude: -17, distanceM: 5_000 },
    { name: 'the equator', longitude: -180, latitude: 0, distanceM: 1 },
  ])('goes around $name at the distance', ({ longitude, latitude, distanceM }) => {
    const [ring = []] = reachFeature({ longitude, latitude }, distanceM).geometry.coordinates
    expect(ring[0]).toEqual(ring.at(-1))
    for (const corner of ring) {
      expect(distance([longitude, latitude], corner) / distanceM).toBeCloseTo(1, 6)
      expect(Math.abs((corner[0] ?? 0) - longitude)).toBeLessThan(180)
    }
  })
})

test('the bounds of a reach run on beyond the antimeridian', () => {
  const { west, east } = reachBounds({ longitude: 179.999, latitude: 0 }, 1_000)
  expect(west).toBeLessThan(180)
  expect(east).toBeGreaterThan(180)
})
