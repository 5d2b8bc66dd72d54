import { invalidField } from '../../errors/domain-error.ts'

/** DALI 1.1, section 3.3.3: always UTC; the time of day and the "Z" may be left out. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z?)?$/

/** @throws INVALID_ARGUMENT naming the parameter */
export function timeOf(name: string, value: string): Date {
  const text = value.trim()
  if (TIMESTAMP.test(text)) {
    const time = new Date(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text)
    // The platform takes 30 February for 2 March.
    if (!Number.isNaN(time.getTime()) && time.toISOString().slice(0, 10) === text.slice(0, 10)) return time
  }
  throw invalidField(name, 'must be a time in UTC, such as 2026-11-21T12:00:00Z.')
}

/** @throws INVALID_ARGUMENT naming the parameter */
export function integerOf(name: string, value: string, what: string): number {
  const text = value.trim()
  if (!/^[+-]?\d{1,300}$/.test(text)) throw invalidField(name, `must be ${what}.`)
  return Number(text)
}

export function isoTime(time: Date | undefined): string {
  return time?.toISOString() ?? ''
}
