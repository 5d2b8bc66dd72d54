import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { dueTime, quietUntil, type Timing } from './due-time.ts'

const berlin: Timing = {
  quietHours: { startMinute: 22 * 60, endMinute: 7 * 60 },
  timeZone: 'Europe/Berlin',
  dailyDigestMinute: 8 * 60,
}
const at = (text: string) => new Date(text)

function quiet(start: string, end: string): Timing {
  const minute = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
  return { ...berlin, quietHours: { startMinute: minute(start), endMinute: minute(end) } }
}

describe('quiet hours', () => {
  test.each([
    ['before they begin', '2026-07-01T19:59:59Z', undefined],
    ['in the evening', '2026-07-01T20:00:00Z', '2026-07-02T05:00:00Z'],
    ['after midnight', '2026-07-02T00:30:00Z', '2026-07-02T05:00:00Z'],
    ['at their end', '2026-07-02T05:00:00Z', undefined],
    ['over the night in which the clock is set forward', '2026-03-28T22:00:00Z', '2026-03-29T05:00:00Z'],
    ['over the night in which the clock is set back', '2026-10-24T21:00:00Z', '2026-10-25T06:00:00Z'],
  ])('%s', (_name, now, end) => {
    expect(quietUntil(at(now), berlin)?.toISOString().replace('.000', '')).toBe(end)
  })

  test('end when the clock is set forward past their end', () => {
    expect(quietUntil(at('2026-03-29T00:30:00Z'), quiet('01:00', '02:30'))).toEqual(
      at('2026-03-29T01:00:00Z'),
    )
  })

  test('end the second time as the first, when the clock is set back into them', () => {
    const hours = quiet('01:00', '02:30')
    expect(quietUntil(at('2026-10-25T00:15:00Z'), hours)).toEqual(at('2026-10-25T00:30:00Z'))
    expect(quietUntil(at('2026-10-25T01:15:00Z'), hours)).toEqual(at('2026-10-25T01:30:00Z'))
  })
})

describe('mail', () => {
  test.each([
    ['at once', 'AT_ONCE', '2026-07-01T10:10:00Z', '2026-07-01T10:10:00Z'],
    ['after quiet hours', 'AT_ONCE', '2026-07-01T21:10:00Z', '2026-07-02T05:00:00Z'],
    ['at the full hour', 'HOURLY', '2026-07-01T10:10:00Z', '2026-07-01T11:00:00Z'],
    ['an hour after a full one', 'HOURLY', '2026-07-01T10:00:00Z', '2026-07-01T11:00:00Z'],
    ['at the last full hour after quiet hours', 'HOURLY', '2026-07-01T19:10:00Z', '2026-07-02T05:00:00Z'],
    ['today', 'DAILY', '2026-07-01T05:59:00Z', '2026-07-01T06:00:00Z'],
    ['tomorrow', 'DAILY', '2026-07-01T06:00:00Z', '2026-07-02T06:00:00Z'],
    ['tomorrow, by the clock that was set back', 'DAILY', '2026-10-24T06:00:00Z', '2026-10-25T07:00:00Z'],
  ] as const)('%s', (_name, delivery, now, due) => {
    expect(dueTime(delivery, at(now), berlin)).toEqual(at(due))
  })

  test('keeps to full hours where the time differs by half of one', () => {
    const kolkata: Timing = { ...berlin, quietHours: undefined, timeZone: 'Asia/Kolkata' }
    expect(dueTime('HOURLY', at('2026-07-01T10:10:00Z'), kolkata)).toEqual(at('2026-07-01T10:30:00Z'))
  })

  test('of a day comes once on a day that shows its time twice, and on one that does not show it', () => {
    const timing: Timing = { ...berlin, quietHours: undefined, dailyDigestMinute: 150 }
    expect(dueTime('DAILY', at('2026-10-25T00:30:00Z'), timing)).toEqual(at('2026-10-26T01:30:00Z'))
    expect(dueTime('DAILY', at('2026-03-28T12:00:00Z'), timing)).toEqual(at('2026-03-29T01:30:00Z'))
  })

  test('waits for the end of quiet hours that a digest would fall into', () => {
    const timing: Timing = { ...berlin, dailyDigestMinute: 6 * 60 }
    expect(dueTime('DAILY', at('2026-07-01T10:00:00Z'), timing)).toEqual(at('2026-07-02T05:00:00Z'))
  })
})

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Santiago',
  'Pacific/Apia',
  'Africa/Casablanca',
]
const minuteOfDay = fc.integer({ min: 0, max: 1439 })
const timing = fc
  .record({ start: minuteOfDay, end: minuteOfDay, timeZone: fc.constantFrom(...zones), daily: minuteOfDay })
  .filter(({ start, end }) => start !== end)
  .map(
    ({ start, end, timeZone, daily }): Timing => ({
      quietHours: { startMinute: start, endMinute: end },
      timeZone,
      dailyDigestMinute: daily,
    }),
  )
const instant = fc
  .integer({ min: Date.UTC(2024, 0, 1) / 60_000, max: Date.UTC(2028, 0, 1) / 60_000 })
  .map((minute) => new Date(minute * 60_000))
/** Around the changes of clocks, where mistakes are. */
const nearTransition = fc
  .tuple(fc.constantFrom(...zones), instant, fc.integer({ min: -1_500, max: 1_500 }))
  .map(([zone, time, offset]) => {
    const local = Temporal.Instant.fromEpochMilliseconds(time.getTime()).toZonedDateTimeISO(zone)
    const next = local.getTimeZoneTransition('next')?.epochMilliseconds ?? time.getTime()
    return new Date(Math.floor(next / 60_000 + offset) * 60_000)
  })
const anyTime = fc.oneof(instant, nearTransition)

/** Written differently from the code: by asking the calendar of Intl minute by minute. */
function isQuietByTheClock(time: Date, { quietHours, timeZone }: Timing): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(
    time,
  )
  const minute = Number(parts.slice(0, 2)) * 60 + Number(parts.slice(3, 5))
  const { startMinute, endMinute } = quietHours!
  const sinceStart = (minute - startMinute + 1_440) % 1_440
  return sinceStart < (endMinute - startMinute + 1_440) % 1_440
}

describe('whatever the clock does', () => {
  test('quiet hours end at the first minute that is not in them', () => {
    fc.assert(
      fc.property(anyTime, timing, (now, chosen) => {
        const end = quietUntil(now, chosen)
        expect(end !== undefined).toBe(isQuietByTheClock(now, chosen))
        if (end === undefined) return
        expect(isQuietByTheClock(end, chosen)).toBe(false)
        expect(isQuietByTheClock(new Date(end.getTime() - 60_000), chosen)).toBe(true)
        const halfway = new Date((now.getTime() + end.getTime()) / 2)
        expect(isQuietByTheClock(halfway, chosen)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('mail is due in time, never in the past, and never in quiet hours', () => {
    const day = 24 * 3_600_000
    fc.assert(
      fc.property(anyTime, timing, fc.constantFrom('AT_ONCE', 'HOURLY', 'DAILY'), (now, chosen, delivery) => {
        const due = dueTime(delivery, now, chosen)
        const waitMs = due.getTime() - now.getTime()
        expect(waitMs).toBeGreaterThanOrEqual(0)
        expect(waitMs).toBeLessThanOrEqual(3 * day)
        expect(isQuietByTheClock(due, chosen)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})
