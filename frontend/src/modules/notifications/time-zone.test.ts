import { expect, test } from 'vitest'
import { matchesTimeZone, timeZones, utcOffset } from './time-zone'

const summer = Date.parse('2026-07-01T00:00:00Z')
const winter = Date.parse('2026-12-01T00:00:00Z')

test.each([
  ['Europe/Berlin', winter, 'UTC+01:00'],
  ['Europe/Berlin', summer, 'UTC+02:00'],
  ['Asia/Kolkata', winter, 'UTC+05:30'],
  ['America/St_Johns', winter, 'UTC-03:30'],
  ['UTC', winter, 'UTC+00:00'],
  ['Mars/Olympus', winter, ''],
])('%s is %s', (zone, now, offset) => expect(utcOffset(zone, now)).toBe(offset))

test('suggested zones come first, once, and UTC is among them', () => {
  const { suggested, others } = timeZones(['Europe/Berlin', 'America/New_York', 'Europe/Berlin'], winter)
  expect(suggested).toEqual([
    { value: 'Europe/Berlin', label: 'Europe/Berlin (UTC+01:00)' },
    { value: 'America/New_York', label: 'America/New York (UTC-05:00)' },
    { value: 'UTC', label: 'UTC' },
  ])
  const names = [...suggested, ...others].map(({ value }) => value)
  expect(new Set(names).size).toBe(names.length)
  expect(others.length).toBeGreaterThan(300)
})

test('a zone that the browser does not know stays in the list', () => {
  expect(timeZones(['Mars/Olympus_Mons'], winter).suggested[0]).toEqual({
    value: 'Mars/Olympus_Mons',
    label: 'Mars/Olympus Mons',
  })
})

test.each([
  ['new york', true],
  ['new_york', true],
  ['York', true],
  ['-05', true],
  ['america +01', false],
  ['', true],
])('"%s" finds New York: %s', (typed, found) =>
  expect(matchesTimeZone('America/New York (UTC-05:00)', typed)).toBe(found),
)
