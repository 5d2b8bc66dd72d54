/** Of a fix's accuracy, in metres. */
export const ACCURACY_MAX_M = 100_000
/** How far a device's clock may be ahead of ours. */
export const FUTURE_MAX_MS = 5 * 60_000
/** No device told where it was before. */
export const EARLIEST_TIME_MS = Date.UTC(2000, 0, 1)
const DAY_MS = 86_400_000

/** The earliest time of a fix that is kept at all; retention of 0 days is for ever. */
export function earliestKeptMs(retentionDays: number, nowMs: number): number {
  if (retentionDays === 0) return EARLIEST_TIME_MS
  return Math.max(EARLIEST_TIME_MS, nowMs - retentionDays * DAY_MS)
}
