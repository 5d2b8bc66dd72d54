/** A fix as searches and episodes see it. One fix is one object wherever contacts name it: fixes are counted by that. */
export interface TrackFix {
  readonly personNo: number
  readonly deviceNo: number
  /** Whole milliseconds since 1970. */
  readonly timeMs: number
  /** Degrees, WGS 84. */
  readonly latitude: number
  readonly longitude: number
  /** Metres, 0 for not known. */
  readonly accuracyM: number
}

export function compareByTime(a: TrackFix, b: TrackFix): number {
  return a.timeMs - b.timeMs || a.deviceNo - b.deviceNo
}
