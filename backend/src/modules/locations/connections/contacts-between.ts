import { type ConnectionRule, greatestRadiusM, isNear } from './connection-rule.ts'
import type { Contact } from './episode.ts'
import { distanceM } from './sphere.ts'
import type { TrackFix } from './track-fix.ts'

/** Metres of a degree of latitude, less what rounding may take. */
const DEGREE_M = 111_195

/**
 * The contacts of one person's fixes with fixes of others, by their starts, those that start before `endMs`.
 * Both lists are in the order of time.
 */
export function* contactsBetween(
  rule: ConnectionRule,
  own: readonly TrackFix[],
  others: readonly TrackFix[],
  endMs = Number.POSITIVE_INFINITY,
): Generator<Contact> {
  const latitudeDeg = greatestRadiusM(rule) / DEGREE_M + 1e-9
  let ownNext = 0
  let otherNext = 0
  // Each fix in the order of time is the earlier one of contacts with what follows on the other side; of two at the
  // same time, the own one is.
  for (;;) {
    const ownFix = own[ownNext]
    const otherFix = others[otherNext]
    if (ownFix === undefined && otherFix === undefined) return
    const ownIsEarlier = otherFix === undefined || (ownFix !== undefined && ownFix.timeMs <= otherFix.timeMs)
    const earlier = ownIsEarlier ? ownFix : otherFix
    if (earlier === undefined || earlier.timeMs >= endMs) return
    const later = ownIsEarlier ? others : own
    const lastMs = earlier.timeMs + rule.withinMs
    for (let index = ownIsEarlier ? otherNext : ownNext; index < later.length; index++) {
      const fix = later[index]
      if (fix === undefined || fix.timeMs > lastMs) break
      if (Math.abs(fix.latitude - earlier.latitude) > latitudeDeg) continue
      const distance = distanceM(earlier, fix)
      if (!isNear(rule, distance, earlier, fix)) continue
      yield ownIsEarlier
        ? { own: earlier, other: fix, distanceM: distance }
        : { own: fix, other: earlier, distanceM: distance }
    }
    if (ownIsEarlier) ownNext += 1
    else otherNext += 1
  }
}
