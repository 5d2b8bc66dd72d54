import { invalidField } from '../../../errors/domain-error.ts'

/** All that google.protobuf.Timestamp may hold. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')
/** Of what is summed up over a period. */
const PERIOD_MAX_YEARS = 100
const YEAR_MS = 365.25 * 86_400_000

export interface TimeRange {
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
}

export interface Period {
  readonly startTime: Date
  readonly endTime: Date
}

/** INVALID_ARGUMENT unless the time is one. */
export function checkTime(field: string, time: Date | undefined): void {
  if (time === undefined) return
  const ms = time.getTime()
  if (!(ms >= FIRST_MS && ms <= LAST_MS)) throw invalidField(field, 'must be in the years from 1 to 9999.')
}

/** [startTime, endTime), either of which may be open. */
export function checkedRange({ startTime, endTime }: TimeRange): TimeRange {
  checkTime('start_time', startTime)
  checkTime('end_time', endTime)
  if (startTime !== undefined && endTime !== undefined && startTime >= endTime) {
    throw invalidField('end_time', 'must be later than start_time.')
  }
  return { startTime, endTime }
}

/** [startTime, endTime) of which both are needed. */
export function checkedPeriod(range: TimeRange): Period {
  const { startTime, endTime } = checkedRange(range)
  if (startTime === undefined) throw invalidField('start_time', 'is needed.')
  if (endTime === undefined) throw invalidField('end_time', 'is needed.')
  if (endTime.getTime() - startTime.getTime() > PERIOD_MAX_YEARS * YEAR_MS) {
    throw invalidField('end_time', `must be at most ${PERIOD_MAX_YEARS} years after start_time.`)
  }
  return { startTime, endTime }
}
