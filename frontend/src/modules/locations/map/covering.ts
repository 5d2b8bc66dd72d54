import { wrapLongitude } from './longitude'
import type { Track } from './track'

export interface GeographicBounds {
  /** Degrees, in [-180, 180). */
  readonly west: number
  readonly south: number
  /** Degrees, from west to west + 360: beyond 180 where the antimeridian is inside. */
  readonly east: number
  readonly north: number
}

/** The narrowest bounds of all fixes, across the antimeridian where that is the shorter way; undefined for none. */
export function coveringBounds(tracks: readonly Track[]): GeographicBounds | undefined {
  const count = tracks.reduce((sum, { times }) => sum + times.length, 0)
  if (count === 0) return undefined
  const longitudes = new Float64Array(count)
  let filled = 0
  let south = 90
  let north = -90
  for (const track of tracks) {
    for (const longitude of track.longitudes) longitudes[filled++] = wrapLongitude(longitude)
    for (const latitude of track.latitudes) {
      if (latitude < south) south = latitude
      if (latitude > north) north = latitude
    }
  }
  longitudes.sort()
  // What the bounds leave out is the widest empty sector of the globe.
  const first = longitudes[0] ?? 0
  const last = longitudes[count - 1] ?? 0
  let west = first
  let east = last
  let widest = first + 360 - last
  for (let index = 1; index < count; index++) {
    const left = longitudes[index - 1] ?? 0
    const right = longitudes[index] ?? 0
    if (right - left > widest) {
      widest = right - left
      west = right
      east = left + 360
    }
  }
  return { west, south, east, north }
}
