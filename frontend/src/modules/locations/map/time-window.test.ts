import { expect, test } from 'vitest'
import { dayWindow, fieldFromTime, shiftWindow, timeFromField, windowProblem } from './time-window'

const noon = Date.UTC(2026, 10, 21, 12)
const day = 86_400_000

test('a day begins and ends at midnight, UTC', () => {
  const { startMs, endMs } = dayWindow(noon)
  expect([fieldFromTime(startMs), fieldFromTime(endMs)]).toEqual(['2026-11-21T00:00', '2026-11-22T00:00'])
  expect(timeFromField('2026-11-21T00:00')).toBe(startMs)
  expect(shiftWindow({ startMs, endMs }, -1)).toEqual(dayWindow(noon - day))
})

test.each([
  [{ startMs: Number.NaN, endMs: noon }, 'Fill in both times.'],
  [{ startMs: noon, endMs: noon }, 'The end must be after the start.'],
  [{ startMs: noon, endMs: noon + 8 * day }, 'Choose at most 7 days for this view.'],
  [{ startMs: noon, endMs: noon + 7 * day }, undefined],
])('of %o it is said: %s', (window, problem) => {
  expect(windowProblem(window, 7)).toBe(problem)
})
