import { wrapLongitude } from './longitude'
import { latitudeOf, mercatorY } from './mercator'
import { countUpTo, type Track } from './track'

/** Two fixes further apart in time are not joined: nobody knows what was between them. Milliseconds. */
export const gapMs = 15 * 60_000

export interface TrackPosition {
  /** Degrees, in [-180, 180). */
  readonly longitude: number
  readonly latitude: number
  /** In a gap the place is that of the last fix before it, and this its time in milliseconds; else undefined. */
  readonly lastFixMs: number | undefined
}

/** Where the track's person was; undefined before its first fix and after its last. */
export function positionAt(track: Track, timeMs: number): TrackPosition | undefined {
  const { times, longitudes, latitudes } = track
  const next = countUpTo(times, timeMs)
  const from = times[next - 1]
  const longitude = longitudes[next - 1]
  const latitude = latitudes[next - 1]
  if (from === undefined || longitude === undefined || latitude === undefined) return undefined
  const to = times[next]
  const toLongitude = longitudes[next]
  const toLatitude = latitudes[next]
  const here = { longitude: wrapLongitude(longitude), latitude, lastFixMs: undefined }
  if (from === timeMs) return here
  if (to === undefined || toLongitude === undefined || toLatitude === undefined) return undefined
  if (to - from > gapMs) return { ...here, lastFixMs: from }
  // Straight on the map, as the line of the track is drawn.
  const share = (timeMs - from) / (to - from)
  return {
    longitude: wrapLongitude(longitude + share * (toLongitude - longitude)),
    latitude: latitudeOf(mercatorY(latitude) + share * (mercatorY(toLatitude) - mercatorY(latitude))),
    lastFixMs: undefined,
  }
}
