import { describe, expect, test } from 'vitest'
import { parsePeriod, periodText } from './consent-period'

describe('parsePeriod', () => {
  test('reaches from the first day’s beginning to the last day’s end', () => {
    expect(parsePeriod('2026-11-01', '2026-11-30')).toEqual({
      period: { startTime: new Date('2026-11-01T00:00:00Z'), endTime: new Date('2026-12-01T00:00:00Z') },
    })
  })

  test('has no bound where no day is given', () => {
    expect(parsePeriod('', '')).toEqual({ period: { startTime: undefined, endTime: undefined } })
  })

  test.each([
    ['2026-02-30', '', 'There is no such first day.'],
    ['', '2026-13-01', 'There is no such last day.'],
    ['2026-11-02', '2026-11-01', 'The last day is before the first.'],
  ])('refuses %j to %j', (from, until, problem) => expect(parsePeriod(from, until)).toEqual({ problem }))
})

describe('periodText', () => {
  test.each([
    ['2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', '2026-11-01 to 2026-11-30'],
    ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z', '2026-11-01'],
    ['2026-11-01T00:00:00Z', undefined, 'from 2026-11-01'],
    [undefined, '2026-11-02T00:00:00Z', 'until 2026-11-01'],
    [undefined, undefined, 'any day'],
    ['2026-11-01T08:30:00Z', '2026-11-01T17:00:00Z', '2026-11-01 08:30 to 2026-11-01 17:00'],
  ])('%s to %s reads %s', (start, end, text) => {
    const time = (instant: string | undefined) => (instant === undefined ? undefined : new Date(instant))
    expect(periodText({ startTime: time(start), endTime: time(end) })).toBe(text)
  })
})
