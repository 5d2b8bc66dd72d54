import type { PathPoint } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { expect, test } from 'vitest'
import { coveringBounds } from './covering'
import { nearestLongitude, wrapLongitude } from './longitude'
import { nearestFixMs } from './nearest-fix'
import { gapMs, positionAt } from './position-at'
import { countUpTo, makeTrack, type Track } from './track'
import { trackLines } from './track-lines'

const minute = 60_000

/** @param fixes minutes after the epoch, longitude, latitude */
function trackOf(...fixes: [number, number, number][]): Track {
  return makeTrack(
    'organizations/o/persons/p',
    fixes.map(
      ([minutes, longitude, latitude]): PathPoint => ({
        recordTime: new Date(minutes * minute),
        longitude,
        latitude,
        accuracyM: 0,
      }),
    ),
  )
}

test.each([
  [180, -180],
  [-180, -180],
  [190, -170],
  [-541, 179],
  [12.5, 12.5],
])('longitude %d is the meridian %d', (longitude, wrapped) => {
  expect(wrapLongitude(longitude)).toBe(wrapped)
})

test('a longitude is taken the short way around', () => {
  expect(nearestLongitude(-179, 179)).toBe(181)
  expect(nearestLongitude(179, -179)).toBe(-181)
  expect(nearestLongitude(10, 730)).toBe(730)
})

test('counts the values up to a limit, the limit included', () => {
  const values = Float64Array.of(1, 3, 3, 8)
  expect([0, 1, 2, 3, 7, 8, 9].map((limit) => countUpTo(values, limit))).toEqual([0, 1, 1, 3, 3, 4, 4])
})

test('a person moves straight between two fixes', () => {
  const track = trackOf([0, 8, 0], [10, 9, 0])
  const middle = positionAt(track, 5 * minute)
  expect(middle?.longitude).toBeCloseTo(8.5, 12)
  expect(middle?.latitude).toBeCloseTo(0, 12)
  expect(middle?.lastFixMs).toBeUndefined()
})

test('the way between two fixes is straight on the map, which is not linear in latitude', () => {
  const latitude = positionAt(trackOf([0, 0, 0], [10, 0, 80]), 5 * minute)?.latitude
  // Half of the Mercator ordinate of 80 degrees.
  expect(latitude).toBeCloseTo(57.05, 1)
})

test('nobody is anywhere before the first fix and after the last', () => {
  const track = trackOf([1, 8, 50], [2, 8, 50])
  expect(positionAt(track, minute - 1)).toBeUndefined()
  expect(positionAt(track, minute)).toMatchObject({ longitude: 8, latitude: 50 })
  expect(positionAt(track, 2 * minute)).toMatchObject({ longitude: 8, latitude: 50 })
  expect(positionAt(track, 2 * minute + 1)).toBeUndefined()
  expect(positionAt(trackOf(), 0)).toBeUndefined()
})

test('a gap is not bridged: the person stays at the last fix, marked as not seen since', () => {
  const longest = gapMs / minute
  const bridged = positionAt(trackOf([0, 8, 50], [longest, 9, 50]), (longest / 2) * minute)
  expect(bridged).toMatchObject({ lastFixMs: undefined })
  expect(bridged?.longitude).toBeCloseTo(8.5, 9)
  const left = positionAt(trackOf([0, 8, 50], [longest + 1, 9, 50]), (longest / 2) * minute)
  expect(left).toEqual({ longitude: 8, latitude: 50, lastFixMs: 0 })
})

test('across the antimeridian a person goes the short way', () => {
  const track = trackOf([0, 179, 0], [10, -179, 0])
  expect([...track.longitudes]).toEqual([179, 181])
  expect(positionAt(track, 2 * minute)?.longitude).toBeCloseTo(179.4, 9)
  expect(positionAt(track, 8 * minute)?.longitude).toBeCloseTo(-179.4, 9)
})

test('the line of a track is broken at its gaps, and a fix alone is a point', () => {
  const lines = trackLines(trackOf([0, 1, 0], [5, 2, 0], [60, 3, 0], [200, 4, 0], [201, 5, 0]))
  expect(lines).toEqual([
    [
      [1, 0],
      [2, 0],
    ],
    [
      [3, 0],
      [3, 0],
    ],
    [
      [4, 0],
      [5, 0],
    ],
  ])
})

test('the line runs on beyond the antimeridian, and begins anew in the middle world after a gap', () => {
  const lines = trackLines(trackOf([0, 179, 0], [1, -179, 0], [60, -178, 0]))
  expect(lines).toEqual([
    [
      [179, 0],
      [181, 0],
    ],
    [
      [-178, 0],
      [-178, 0],
    ],
  ])
})

test('a track around the globe again and again stays where the map can draw it', () => {
  const fixes = Array.from({ length: 200 }, (_, index): [number, number, number] => [index, index * 30, 0])
  const longitudes = trackLines(trackOf(...fixes)).flatMap((line) => line.map(([longitude = 0]) => longitude))
  expect(longitudes).toHaveLength(200)
  expect(Math.max(...longitudes.map(Math.abs))).toBeLessThanOrEqual(360)
})

test('a trail is the part of the line between two times', () => {
  const track = trackOf([0, 0, 0], [1, 1, 0], [2, 2, 0], [3, 3, 0])
  expect(trackLines(track, minute, 2 * minute)).toEqual([
    [
      [1, 0],
      [2, 0],
    ],
  ])
  expect(trackLines(track, 10 * minute, 20 * minute)).toEqual([])
})

test('bounds cover all fixes, the short way across the antimeridian', () => {
  expect(coveringBounds([])).toBeUndefined()
  expect(coveringBounds([trackOf()])).toBeUndefined()
  expect(coveringBounds([trackOf([0, 8, 47]), trackOf([0, 9, 46], [1, 8.5, 48])])).toEqual({
    west: 8,
    south: 46,
    east: 9,
    north: 48,
  })
  expect(coveringBounds([trackOf([0, 178, -17]), trackOf([0, -179, -18])])).toEqual({
    west: 178,
    south: -18,
    east: 181,
    north: -17,
  })
})

test('the fix nearest to a press is found, across the antimeridian, too', () => {
  const track = trackOf([0, 179.9, 10], [1, -179.9, 10], [2, -179, 10])
  expect(nearestFixMs(track, -179.89, 10)).toBe(minute)
  expect(nearestFixMs(track, 180.11, 10)).toBe(minute)
  expect(nearestFixMs(trackOf(), 0, 0)).toBeUndefined()
})
