import type { PathPoint } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { nearestLongitude } from './longitude'

/** The fixes of one person, in the order of time. */
export interface Track {
  /** "organizations/{organization}/persons/{uuid}" */
  readonly person: string
  /** Milliseconds since the epoch. */
  readonly times: Float64Array
  /** Degrees; neighbours are at most 180 apart, so that a track across the antimeridian runs on beyond 180. */
  readonly longitudes: Float64Array
  readonly latitudes: Float64Array
}

export function makeTrack(person: string, points: readonly PathPoint[]): Track {
  const timed = points.filter(({ recordTime }) => recordTime !== undefined)
  const times = new Float64Array(timed.length)
  const longitudes = new Float64Array(timed.length)
  const latitudes = new Float64Array(timed.length)
  let before = timed[0]?.longitude ?? 0
  for (const [index, { recordTime, longitude, latitude }] of timed.entries()) {
    before = nearestLongitude(longitude, before)
    times[index] = recordTime?.getTime() ?? 0
    longitudes[index] = before
    latitudes[index] = latitude
  }
  return { person, times, longitudes, latitudes }
}

/** How many of the ascending values are not above the given one. */
export function countUpTo(values: Float64Array, limit: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? Number.POSITIVE_INFINITY) <= limit) low = middle + 1
    else high = middle
  }
  return low
}
