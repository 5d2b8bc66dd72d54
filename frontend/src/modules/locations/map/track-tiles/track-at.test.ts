import { describe, expect, test } from 'vitest'
import { trackAt } from './track-at'

function track(
  person: string,
  places: readonly (readonly [longitude: number, latitude: number])[],
  minutes = 1,
) {
  return {
    person,
    times: Float64Array.from(places, (_, index) => index * minutes * 60_000),
    longitudes: Float64Array.from(places, ([longitude]) => longitude),
    latitudes: Float64Array.from(places, ([, latitude]) => latitude),
  }
}

describe('trackAt', () => {
  const east = track('east', [
    [8, 47],
    [9, 47],
  ])
  const north = track('north', [
    [8.5, 46],
    [8.5, 48],
  ])

  test('finds a track between two of its fixes', () => {
    expect(trackAt([east, north], { longitude: 8.2, latitude: 47.001 }, 0.01)?.person).toBe('east')
    expect(trackAt([east, north], { longitude: 8.501, latitude: 47.7 }, 0.01)?.person).toBe('north')
  })

  test('finds none beyond its reach', () => {
    expect(trackAt([east, north], { longitude: 8.2, latitude: 47.05 }, 0.01)).toBeUndefined()
    expect(trackAt([], { longitude: 8.2, latitude: 47 }, 1)).toBeUndefined()
  })

  test('takes the one that lies on top where two cross', () => {
    expect(trackAt([east, north], { longitude: 8.5, latitude: 47 }, 0.01)?.person).toBe('north')
    expect(trackAt([north, east], { longitude: 8.5, latitude: 47 }, 0.01)?.person).toBe('east')
  })

  test('finds nothing in a gap, which is not joined, but its ends', () => {
    const gap = track(
      'gap',
      [
        [8, 47],
        [9, 47],
      ],
      16,
    )
    expect(trackAt([gap], { longitude: 8.5, latitude: 47 }, 0.01)).toBeUndefined()
    expect(trackAt([gap], { longitude: 8.999, latitude: 47 }, 0.01)?.person).toBe('gap')
  })

  test('finds a track on either side of the antimeridian, in whichever world', () => {
    const pacific = track('pacific', [
      [179, 10],
      [181, 10],
    ])
    for (const longitude of [179.5, -180.5, 180.5, -179.5, 540.5]) {
      expect(trackAt([pacific], { longitude, latitude: 10 }, 0.01)?.person).toBe('pacific')
    }
  })

  test('measures as the map is drawn, far north, too', () => {
    const arctic = track('arctic', [
      [0, 80],
      [1, 80],
    ])
    // A degree of latitude is 5.8 of longitude on the map there.
    expect(trackAt([arctic], { longitude: 0.5, latitude: 80.1 }, 0.55)).toBeUndefined()
    expect(trackAt([arctic], { longitude: 0.5, latitude: 80.1 }, 0.62)?.person).toBe('arctic')
  })
})
