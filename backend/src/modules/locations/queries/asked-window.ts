import { invalidField } from '../../../errors/domain-error.ts'
import type { Span } from '../connections/index.ts'

const DAY_MS = 86_400_000
/** What timestamps of PostgreSQL and dates of JavaScript both hold. */
const EARLIEST_MS = Date.UTC(1, 0, 1)
const LATEST_MS = Date.UTC(9999, 11, 31)

/** @param daysMax the longest window that may be asked for; undefined for any */
export function askedWindow(start: Date | undefined, end: Date | undefined, daysMax?: number): Span {
  if (start === undefined) throw invalidField('start_time', 'is missing')
  if (end === undefined) throw invalidField('end_time', 'is missing')
  const startMs = Math.max(EARLIEST_MS, start.getTime())
  const endMs = Math.min(LATEST_MS, end.getTime())
  if (startMs >= endMs) throw invalidField('end_time', 'must be after start_time')
  if (daysMax !== undefined && endMs - startMs > daysMax * DAY_MS)
    throw invalidField(
      'end_time',
      `must be at most ${daysMax} days after start_time; ask for shorter windows`,
    )
  return { startMs, endMs }
}
