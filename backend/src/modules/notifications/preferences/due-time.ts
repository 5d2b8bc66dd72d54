import { Temporal } from 'temporal-polyfill'
import type { MailDelivery } from '../catalogue/event-kind.ts'
import { usableTimeZone } from './time-zone.ts'

/* Times of day are those of a clock on the user's wall, which jumps twice a year. */

/** Minutes after midnight, from the first one up to the second; past midnight when the second is less. */
export interface QuietHours {
  readonly startMinute: number
  readonly endMinute: number
}

export interface Timing {
  /** Undefined when they are off. */
  readonly quietHours: QuietHours | undefined
  /** IANA. */
  readonly timeZone: string
  /** Minutes after midnight. */
  readonly dailyDigestMinute: number
}

/** Not before `now`, and never within quiet hours. */
export function dueTime(delivery: Exclude<MailDelivery, 'OFF'>, now: Date, timing: Timing): Date {
  const due = deliveryTime(delivery, now, timing)
  return quietUntil(due, timing) ?? due
}

/** When the quiet hours end that `now` lies in; undefined when it lies in none. */
export function quietUntil(now: Date, { quietHours, timeZone }: Timing): Date | undefined {
  if (quietHours === undefined) return undefined
  const local = localTime(now, timeZone)
  if (!isQuiet(local, quietHours)) return undefined
  // They end when the clock shows their end, on the first or the second time it does when it is set back, or when it
  // is set forward past it.
  const days = [
    local.toPlainDate(),
    local.toPlainDate().add({ days: 1 }),
    local.toPlainDate().add({ days: 2 }),
  ]
  const ends = days.flatMap((day) => {
    const end = day.toPlainDateTime(timeOfDay(quietHours.endMinute))
    return (['earlier', 'later'] as const).map((disambiguation) =>
      end.toZonedDateTime(local.timeZoneId, { disambiguation }),
    )
  })
  const transition = local.getTimeZoneTransition('next')
  const next = [...ends, ...(transition === null ? [] : [transition])]
    .filter((end) => Temporal.ZonedDateTime.compare(end, local) > 0 && !isQuiet(end, quietHours))
    .sort(Temporal.ZonedDateTime.compare)[0]
  return next === undefined ? undefined : new Date(next.epochMilliseconds)
}

function deliveryTime(delivery: Exclude<MailDelivery, 'OFF'>, now: Date, timing: Timing): Date {
  switch (delivery) {
    case 'AT_ONCE':
      return now
    case 'HOURLY': {
      const after = localTime(now, timing.timeZone).add({ milliseconds: 1 })
      const hour = after.round({ smallestUnit: 'hour', roundingMode: 'ceil' })
      return new Date(hour.epochMilliseconds)
    }
    case 'DAILY':
      return nextDigest(now, timing)
    default: {
      const unknown: never = delivery
      throw new Error(`unknown delivery ${String(unknown)}`)
    }
  }
}

/** One a day, also on the day on which the clock shows its time twice, or not at all. */
function nextDigest(now: Date, { timeZone, dailyDigestMinute }: Timing): Date {
  const local = localTime(now, timeZone)
  for (let days = 0; ; days++) {
    const digest = local
      .toPlainDate()
      .add({ days })
      .toPlainDateTime(timeOfDay(dailyDigestMinute))
      .toZonedDateTime(local.timeZoneId)
    if (digest.epochMilliseconds > now.getTime()) return new Date(digest.epochMilliseconds)
  }
}

function localTime(time: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(time.getTime()).toZonedDateTimeISO(usableTimeZone(timeZone))
}

function timeOfDay(minute: number): Temporal.PlainTime {
  return new Temporal.PlainTime(Math.floor(minute / 60), minute % 60)
}

function isQuiet(local: Temporal.ZonedDateTime, { startMinute, endMinute }: QuietHours): boolean {
  const minute = local.hour * 60 + local.minute
  return startMinute < endMinute
    ? minute >= startMinute && minute < endMinute
    : minute >= startMinute || minute < endMinute
}
