import { gapMs } from '../position-at'
import type { Track } from '../track'
import { worldX, worldY } from './world-track'

interface Place {
  /** Degrees. */
  readonly longitude: number
  readonly latitude: number
}

/**
 * The track that comes nearest to a place on the map, as far as the map joins its fixes; undefined where none comes so
 * near. Of two that are as near, the last one, which lies on top.
 *
 * @param reachDeg degrees of longitude, as the map draws them
 */
export function trackAt(tracks: readonly Track[], place: Place, reachDeg: number): Track | undefined {
  let nearest: Track | undefined
  let least = reachDeg
  for (const track of tracks) {
    const distance = distanceTo(track, place, least)
    if (distance > least) continue
    least = distance
    nearest = track
  }
  return nearest
}

/** In degrees of longitude on the map; infinite for what is further away than the reach. */
function distanceTo({ times, longitudes, latitudes }: Track, place: Place, reachDeg: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let index = 0; index < times.length; index++) {
    const isJoined = index > 0 && (times[index] ?? 0) - (times[index - 1] ?? 0) <= gapMs
    const from = isJoined ? index - 1 : index
    const [south, north] = ordered(latitudes[from] ?? 0, latitudes[index] ?? 0)
    // A degree of latitude is never shorter on the map than one of longitude.
    if (south - reachDeg > place.latitude || north + reachDeg < place.latitude) continue
    const [west, east] = ordered(longitudes[from] ?? 0, longitudes[index] ?? 0)
    const longitude = place.longitude + 360 * Math.round(((west + east) / 2 - place.longitude) / 360)
    if (west - reachDeg > longitude || east + reachDeg < longitude) continue
    const toPoint = (at: number): [number, number] => [
      360 * (worldX(longitudes[at] ?? 0) - worldX(longitude)),
      360 * (worldY(latitudes[at] ?? 0) - worldY(place.latitude)),
    ]
    least = Math.min(least, distanceToLine(toPoint(from), toPoint(index)))
  }
  return least
}

function ordered(one: number, other: number): [number, number] {
  return one < other ? [one, other] : [other, one]
}

/** From the origin to a line between two points. */
function distanceToLine([x, y]: [number, number], [toX, toY]: [number, number]): number {
  const [dx, dy] = [toX - x, toY - y]
  const squared = dx * dx + dy * dy
  const share = squared === 0 ? 0 : Math.max(0, Math.min(1, -(x * dx + y * dy) / squared))
  return Math.hypot(x + share * dx, y + share * dy)
}
