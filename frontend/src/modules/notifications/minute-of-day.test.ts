import { expect, test } from 'vitest'
import { formatMinute, minutesBetween, parseMinute } from './minute-of-day'

test.each([
  [0, '00:00'],
  [480, '08:00'],
  [1439, '23:59'],
])('%i minutes after midnight are %s, and back', (minute, text) => {
  expect(formatMinute(minute)).toBe(text)
  expect(parseMinute(text)).toBe(minute)
})

test.each(['', '24:00', '12:60', '12', 'noon', '1200'])('"%s" is no time of day', (text) =>
  expect(parseMinute(text)).toBeUndefined(),
)

test.each([
  [1320, 420, 540],
  [420, 1320, 900],
  [480, 480, 0],
])('from %i to %i it is %i minutes', (start, end, minutes) =>
  expect(minutesBetween(start, end)).toBe(minutes),
)
