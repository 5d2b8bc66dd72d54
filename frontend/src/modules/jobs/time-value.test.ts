import { expect, test } from 'vitest'
import { fieldFromTimeValue, timeValueFromField } from './time-value'

test.each([
  ['2026-11-21T08:30:00Z', '2026-11-21T08:30'],
  ['2026-11-21T08:30:15Z', '2026-11-21T08:30:15'],
  ['2026-11-21T08:30:15.250Z', '2026-11-21T08:30:15.250'],
  ['2026-11-21 09:30:00+01:00', '2026-11-21T08:30'],
  ['2026-11-20T23:30:00-01:00', '2026-11-21T00:30'],
  ['', ''],
  ['yesterday', ''],
  ['2026-11-21T08:30', ''],
])('the time %j is the field %j, in UTC', (value, field) => {
  expect(fieldFromTimeValue(value)).toBe(field)
})

test.each([
  ['2026-11-21T08:30', '2026-11-21T08:30:00Z'],
  ['2026-11-21T08:30:15.25', '2026-11-21T08:30:15.250Z'],
  ['', ''],
])('the field %j is the time %j', (field, value) => {
  expect(timeValueFromField(field)).toBe(value)
})
