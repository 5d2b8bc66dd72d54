import { dayOf, daysAfter, endOfDay, isDay, startOfDay } from '../../ui/day'

export interface ConsentPeriod {
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
}

/**
 * Days (UTC, YYYY-MM-DD) between which fixes may be looked at, both included; empty for no bound.
 * @returns the instants between which they lie, or what is wrong
 */
export function parsePeriod(
  from: string,
  until: string,
): { readonly period: ConsentPeriod } | { readonly problem: string } {
  if (from !== '' && !isDay(from)) return { problem: 'There is no such first day.' }
  if (until !== '' && !isDay(until)) return { problem: 'There is no such last day.' }
  if (from !== '' && until !== '' && until < from) return { problem: 'The last day is before the first.' }
  return {
    period: {
      startTime: from === '' ? undefined : startOfDay(from),
      endTime: until === '' ? undefined : endOfDay(until),
    },
  }
}

const midnight = (time: Date) => time.getTime() % 86_400_000 === 0

/** "2026-11-01 to 2026-11-30", both included; "from …", "until …" and "any day" where a bound is missing. */
export function periodText({ startTime, endTime }: ConsentPeriod): string {
  // An end at midnight is that of the day before.
  const last =
    endTime === undefined
      ? undefined
      : midnight(endTime)
        ? daysAfter(dayOf(endTime), -1)
        : `${dayOf(endTime)} ${endTime.toISOString().slice(11, 16)}`
  const first =
    startTime === undefined
      ? undefined
      : midnight(startTime)
        ? dayOf(startTime)
        : `${dayOf(startTime)} ${startTime.toISOString().slice(11, 16)}`
  if (first === undefined && last === undefined) return 'any day'
  if (last === undefined) return `from ${first}`
  if (first === undefined) return `until ${last}`
  return first === last ? first : `${first} to ${last}`
}
