import type { Position } from 'geojson'
import { wrapLongitude } from './longitude'
import { gapMs } from './position-at'
import { countUpTo, type Track } from './track'

/** The map draws what lies up to one world beside its middle one. Degrees. */
const furthestLongitude = 360

/**
 * The track as lines: one for each stretch without a gap. A stretch begins in [-180, 180) and may run on beyond
 * the antimeridian. A fix alone between two gaps is a line of no length.
 *
 * @param fromMs and toMs: fixes of that time alone
 */
export function trackLines(
  track: Track,
  fromMs = Number.NEGATIVE_INFINITY,
  toMs = Number.POSITIVE_INFINITY,
): Position[][] {
  const { times, longitudes, latitudes } = track
  const end = countUpTo(times, toMs)
  const lines: Position[][] = []
  let line: Position[] = []
  let shift = 0
  let before = Number.NEGATIVE_INFINITY
  for (
    let index = fromMs === Number.NEGATIVE_INFINITY ? 0 : countUpTo(times, fromMs - 1);
    index < end;
    index++
  ) {
    const time = times[index] ?? 0
    const longitude = longitudes[index] ?? 0
    const isFar = Math.abs(longitude + shift) > furthestLongitude
    if (time - before > gapMs || isFar) {
      shift = wrapLongitude(longitude) - longitude
      line = []
      lines.push(line)
    }
    line.push([longitude + shift, latitudes[index] ?? 0])
    before = time
  }
  for (const short of lines) if (short.length === 1 && short[0] !== undefined) short.push(short[0])
  return lines
}
