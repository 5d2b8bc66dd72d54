import { distanceM } from '../connections/index.ts'

/** How fixes of the past are thinned; 0 switches a part of it off. */
export interface ThinningRule {
  /** One fix of a device at most in that many ms. */
  readonly intervalMs: number
  /** A device that stays within that many metres of where it was first ... */
  readonly stayRadiusM: number
  /** ... for that many ms or longer ... */
  readonly stayMinimumMs: number
  /** ... keeps one fix in that many ms, and the last. */
  readonly stayIntervalMs: number
}

export interface TrackPoint {
  readonly timeMs: number
  readonly latitude: number
  readonly longitude: number
}

export interface Thinned<Fix> {
  readonly gone: Fix[]
  /** Of the last that stays; -Infinity for none. */
  readonly keptMs: number
}

/**
 * Which of a device's fixes go. Those that are left are at least the interval apart; of a stay they are the first, one
 * in the stay's interval, and the last.
 *
 * @param track in the order of time
 * @param beforeMs of the last fix that was kept before the track
 */
export function thinTrack<Fix extends TrackPoint>(
  track: readonly Fix[],
  rule: ThinningRule,
  beforeMs = Number.NEGATIVE_INFINITY,
): Thinned<Fix> {
  const lastOf = staysOf(track, rule)
  const gone: Fix[] = []
  let keptMs = beforeMs
  for (const [at, fix] of track.entries()) {
    const last = lastOf[at] as number
    const first = at === 0 || lastOf[at - 1] !== last
    const amid = last >= 0 && !first && at !== last
    const intervalMs = amid ? Math.max(rule.intervalMs, rule.stayIntervalMs) : rule.intervalMs
    if (fix.timeMs - keptMs >= intervalMs) keptMs = fix.timeMs
    else gone.push(fix)
  }
  return { gone, keptMs }
}

/**
 * For each fix the place of the last of the stay that it is of, or -1. Stays as Li et al. find them (Mining user
 * similarity based on location history, 2008, StayPoint_Detection): what follows a fix within the radius around it.
 */
function staysOf(track: readonly TrackPoint[], rule: ThinningRule): Int32Array {
  const { stayRadiusM, stayMinimumMs, stayIntervalMs } = rule
  const lastOf = new Int32Array(track.length).fill(-1)
  const endMs = track.at(-1)?.timeMs ?? 0
  if (stayRadiusM === 0 || stayIntervalMs === 0) return lastOf
  let first = 0
  for (;;) {
    const begin = track[first]
    if (begin === undefined || endMs - begin.timeMs < stayMinimumMs) return lastOf
    let next = first + 1
    let lastMs = begin.timeMs
    for (
      let fix = track[next];
      fix !== undefined && distanceM(begin, fix) <= stayRadiusM;
      fix = track[next]
    ) {
      lastMs = fix.timeMs
      next++
    }
    if (next - first > 1 && lastMs - begin.timeMs >= stayMinimumMs) {
      lastOf.fill(next - 1, first, next)
      first = next
    } else first++
  }
}
