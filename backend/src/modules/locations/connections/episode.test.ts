import { describe, expect, test } from 'vitest'
import { contactsBetween } from './contacts-between.ts'
import { type Episode, EpisodeFolder } from './episode.ts'
import { distanceM, midpoint } from './sphere.ts'
import type { TrackFix } from './track-fix.ts'

const rule = { distanceM: 100, withinMs: 60_000, episodeGapMs: 300_000, accuracy: 'ignore' } as const

function fix(personNo: number, second: number, northM = 0): TrackFix {
  return {
    personNo,
    deviceNo: personNo,
    timeMs: second * 1000,
    latitude: northM / 111_195,
    longitude: 7,
    accuracyM: 0,
  }
}

function episodes(own: readonly TrackFix[], other: readonly TrackFix[]): Episode[] {
  const folder = new EpisodeFolder(rule.episodeGapMs)
  const closed = [...contactsBetween(rule, own, other)].map((contact) => folder.add(contact))
  return [...closed, folder.close(Number.POSITIVE_INFINITY)].filter((episode) => episode !== undefined)
}

describe('a contact', () => {
  test.each([
    ['at both limits', fix(2, 60, 99.99), 1],
    ['a second too late', fix(2, 61, 0), 0],
    ['a metre too far', fix(2, 0, 101), 0],
  ])('%s counts by its limits', (_what, other, count) => {
    expect(episodes([fix(1, 0)], [other])).toHaveLength(count)
    expect(episodes([other], [fix(1, 0)])).toHaveLength(count)
  })
})

describe('an episode', () => {
  test('goes on while the next contact starts at most a gap after its end', () => {
    const together = [0, 300, 600]
    const own = together.map((second) => fix(1, second))
    const other = together.map((second) => fix(2, second, 10))
    expect(episodes(own, other)).toMatchObject([
      { startMs: 0, endMs: 600_000, fixCount: 3, otherFixCount: 3 },
    ])
    const apart = episodes([fix(1, 0), fix(1, 301)], [fix(2, 0), fix(2, 301)])
    expect(apart.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 0],
      [301_000, 301_000],
    ])
  })

  test('counts each fix once, however many it was near', () => {
    const own = [fix(1, 0), fix(1, 30), fix(1, 60)]
    const other = [fix(2, 10), fix(2, 40)]
    expect(episodes(own, other)).toMatchObject([{ fixCount: 3, otherFixCount: 2, startMs: 0, endMs: 60_000 }])
  })

  test('remembers each fix of a long meeting no longer than it can be named', () => {
    const seconds = Array.from({ length: 20_000 }, (_, index) => index)
    const [episode] = episodes(
      seconds.map((second) => fix(1, second * 20)),
      seconds.map((second) => fix(2, second * 20, 5)),
    )
    expect(episode).toMatchObject({ fixCount: 20_000, otherFixCount: 20_000 })
  })

  test('tells of equal distances the earliest', () => {
    const [episode] = episodes([fix(1, 0), fix(1, 100)], [fix(2, 0, 20), fix(2, 100, 20)])
    expect(episode?.closestTimeMs).toBe(0)
  })
})

test('distances cross the antimeridian and poles, and so do the places between', () => {
  const west = { latitude: 0, longitude: -179.9999 }
  const east = { latitude: 0, longitude: 179.9999 }
  expect(distanceM(west, east)).toBeCloseTo(0.0002 * 111_195.08, 2)
  expect(Math.abs(midpoint(west, east).longitude)).toBeCloseTo(180, 9)
  const [here, there] = [0, 180].map((longitude) => ({ latitude: 89.9999, longitude }))
  if (here === undefined || there === undefined) throw new Error('two places')
  expect(distanceM(here, there)).toBeCloseTo(0.0002 * 111_195.08, 2)
  expect(midpoint(here, there).latitude).toBeCloseTo(90, 9)
})
