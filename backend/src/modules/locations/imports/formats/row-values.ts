import type { FixRow, RejectedRow, RowReceiver } from './fix-row.ts'
import type { TimeReader } from './time-reader.ts'

/** What a file says of one fix, as it says it; undefined for nothing. */
export interface RowValues {
  readonly line: number
  readonly latitude: unknown
  readonly longitude: unknown
  readonly time: unknown
  readonly accuracy: unknown
  readonly device: unknown
}

/** How the file names what is wrong. */
export interface RowNames {
  readonly latitude: string
  readonly longitude: string
  readonly time: string
  readonly accuracy: string
  readonly device: string
}

/** As of a person's external id. */
const DEVICE_MAX_LENGTH = 120
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Puts the values of one row to the receiver as a fix, or as what is wrong with it. */
export function receiveRow(
  values: RowValues,
  names: RowNames,
  readTime: TimeReader,
  receiver: RowReceiver,
): void {
  const row = rowOf(values, names, readTime)
  if ('description' in row) receiver.reject(row)
  else receiver.take(row)
}

function rowOf(values: RowValues, names: RowNames, readTime: TimeReader): FixRow | RejectedRow {
  const { line, time } = values
  const device = deviceOf(values.device)
  const wrong = (field: string, description: string) => ({ line, field, description, device: device ?? '' })
  if (device === undefined)
    return wrong(
      names.device,
      `is no device's name: text of at most ${DEVICE_MAX_LENGTH} characters in UTF-8`,
    )
  const latitude = numberOf(values.latitude)
  if (latitude === undefined) return wrong(names.latitude, noNumber('latitude', values.latitude))
  const longitude = numberOf(values.longitude)
  if (longitude === undefined) return wrong(names.longitude, noNumber('longitude', values.longitude))
  const accuracyM = isMissing(values.accuracy) ? 0 : numberOf(values.accuracy)
  if (accuracyM === undefined)
    return wrong(names.accuracy, 'is no number of metres; leave it empty where it is not known')
  if (isMissing(time)) return wrong(names.time, 'is missing: a fix needs its time, with the date')
  const timeMs = typeof time === 'string' || typeof time === 'number' ? readTime(time) : Number.NaN
  if (!Number.isFinite(timeMs))
    return wrong(
      names.time,
      'is no time: use ISO 8601, such as 2026-05-01T12:30:00Z, or seconds or milliseconds since 1970',
    )
  return { line, device, timeMs, latitude, longitude, accuracyM }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function noNumber(what: string, value: unknown): string {
  const isMissing = value === undefined || value === null || value === ''
  return isMissing
    ? `is missing: a fix needs its ${what}, in degrees`
    : `is no number: the ${what}, in degrees`
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return number.test(text) ? Number(text) : undefined
}

function deviceOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  // U+FFFD stands for bytes that are not of the file's encoding.
  return text.length > DEVICE_MAX_LENGTH || text.includes('\uFFFD') || text.includes('\0') ? undefined : text
}
