import type { Random } from '../../../../random.ts'
import type { ConnectionRule } from '../../connections/connection-rule.ts'
import type { Point } from '../../connections/sphere.ts'
import { ODD_PLACES, pointAt } from '../../connections/testing/odd-places.ts'
import { compareByTime, type TrackFix } from '../../connections/track-fix.ts'

const EARTH_RADIUS_M = 6_371_008.7714

export interface Tracks {
  readonly place: string
  readonly rule: ConnectionRule
  /** In the order of time. */
  readonly fixes: readonly TrackFix[]
  readonly startMs: number
  readonly endMs: number
}

/** Some persons, some with two devices, who walk about one odd place for some hours before and after `aroundMs`. */
export function randomTracks(random: Random, aroundMs: number): Tracks {
  const place = random.pick(ODD_PLACES)
  const rule: ConnectionRule = {
    distanceM: random.pick([5, 100, 750, 10_000]),
    withinMs: random.pick([0, 1_000, 60_000, 900_000, 3_600_000]),
    episodeGapMs: random.pick([0, 60_000, 300_000, 7_200_000]),
    accuracy: random.pick(['ignore', 'possible', 'certain']),
  }
  const spreadMs = random.pick([600_000, 7_200_000, 86_400_000])
  const startMs = aroundMs - spreadMs
  const endMs = aroundMs + spreadMs
  const fixes: TrackFix[] = []
  for (let personNo = 1; personNo <= random.integer(2, 6); personNo++) {
    for (let device = 0; device < random.integer(1, 2); device++) {
      for (let count = random.integer(0, 40); count > 0; count--) {
        const point = near(random, place, rule.distanceM * random.pick([0.3, 1, 3]))
        fixes.push({
          personNo,
          deviceNo: personNo * 10 + device,
          // Often at the very same times, and at midnight.
          timeMs:
            startMs + Math.floor(random.next() * 40) * ((endMs - startMs) / 40) + random.integer(0, 2) * 500,
          ...point,
          accuracyM: random.pick([0, 0, 3.5, 20, 800]),
        })
      }
    }
  }
  const known = new Set<string>()
  const distinct = fixes.filter(({ deviceNo, timeMs }) => {
    const key = `${deviceNo} ${timeMs}`
    return !known.has(key) && known.add(key)
  })
  return {
    place: place.name,
    rule,
    fixes: distinct.filter(({ timeMs }) => timeMs >= startMs && timeMs < endMs).sort(compareByTime),
    startMs,
    endMs,
  }
}

function near(random: Random, place: Point, withinM: number): Point {
  return pointAt(place, random.between(0, 360), random.between(0, withinM) / EARTH_RADIUS_M / (Math.PI / 180))
}
