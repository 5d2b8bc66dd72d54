import type { TrackFix } from './track-fix.ts'

/** What accuracy radii do to the distance of two fixes: nothing; they may, or must, have been that close. */
export type AccuracyRule = 'ignore' | 'possible' | 'certain'

/** What counts as a connection. */
export interface ConnectionRule {
  /** Great circle, inclusive. */
  readonly distanceM: number
  /** Between the times of the two fixes, inclusive. */
  readonly withinMs: number
  /** Contacts of a pair that are further apart than this are episodes of their own. */
  readonly episodeGapMs: number
  readonly accuracy: AccuracyRule
}

export const DEFAULT_RULE: ConnectionRule = {
  distanceM: 100,
  withinMs: 60_000,
  episodeGapMs: 300_000,
  accuracy: 'ignore',
}

/** Of one fix, in the rule 'possible': worse ones would be near everybody. */
const ACCURACY_COUNTED_M = 500

/** Whether two fixes that are close enough in time are a contact. */
export function isNear(rule: ConnectionRule, distanceM: number, a: TrackFix, b: TrackFix): boolean {
  switch (rule.accuracy) {
    case 'ignore':
      return distanceM <= rule.distanceM
    case 'possible':
      return distanceM - countedM(a) - countedM(b) <= rule.distanceM
    case 'certain':
      return distanceM + a.accuracyM + b.accuracyM <= rule.distanceM
    default:
      return rule.accuracy satisfies never
  }
}

/** No contact of the fix is further away, whatever the accuracy of the other. */
export function searchRadiusM(rule: ConnectionRule, fix: TrackFix): number {
  return rule.accuracy === 'possible' ? rule.distanceM + countedM(fix) + ACCURACY_COUNTED_M : rule.distanceM
}

/** No contact at all is further away. */
export function greatestRadiusM(rule: ConnectionRule): number {
  return rule.accuracy === 'possible' ? rule.distanceM + 2 * ACCURACY_COUNTED_M : rule.distanceM
}

function countedM(fix: TrackFix): number {
  return Math.min(fix.accuracyM, ACCURACY_COUNTED_M)
}
