import { nearestLongitude } from './longitude'
import { mercatorY } from './mercator'
import type { Track } from './track'

/** Time of the track's fix that is nearest on the map to a place, milliseconds; undefined for no fixes. */
export function nearestFixMs(track: Track, longitude: number, latitude: number): number | undefined {
  const y = mercatorY(latitude)
  const radians = Math.PI / 180
  let nearest: number | undefined
  let least = Number.POSITIVE_INFINITY
  for (const [index, time] of track.times.entries()) {
    const fixLongitude = nearestLongitude(track.longitudes[index] ?? 0, longitude)
    const dx = (fixLongitude - longitude) * radians
    const dy = mercatorY(track.latitudes[index] ?? 0) - y
    const distance = dx * dx + dy * dy
    if (distance < least) {
      least = distance
      nearest = time
    }
  }
  return nearest
}
