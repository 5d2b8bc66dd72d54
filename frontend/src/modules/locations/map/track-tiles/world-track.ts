import { mercatorY } from '../mercator'
import { gapMs } from '../position-at'
import type { Track } from '../track'

/**
 * A track on the map's plane (Web Mercator): x from 0 at 180° W to 1 at 180° E, y from 0 in the north to 1 in the
 * south. A track across the antimeridian runs on beyond 0 and 1.
 */
export interface WorldTrack {
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** Places of the fixes that follow a gap, ascending; the first is 0. */
  readonly starts: Uint32Array
}

export function worldX(longitude: number): number {
  return longitude / 360 + 0.5
}

export function worldY(latitude: number): number {
  return 0.5 - mercatorY(latitude) / (2 * Math.PI)
}

export function worldTrackOf({ times, longitudes, latitudes }: Track): WorldTrack {
  const starts: number[] = []
  let before = Number.NEGATIVE_INFINITY
  for (const [index, time] of times.entries()) {
    if (time - before > gapMs) starts.push(index)
    before = time
  }
  return {
    xs: longitudes.map(worldX),
    ys: latitudes.map(worldY),
    starts: Uint32Array.from(starts),
  }
}
