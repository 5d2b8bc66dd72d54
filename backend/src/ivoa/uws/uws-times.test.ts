import { expect, test } from 'vitest'
import { integerOf, timeOf } from './uws-times.ts'

test.each([
  ['2026-11-21T12:00:00Z', '2026-11-21T12:00:00.000Z'],
  ['2026-11-21T12:00:00.123456Z', '2026-11-21T12:00:00.123Z'],
  ['2026-11-21T12:00:00', '2026-11-21T12:00:00.000Z'],
  [' 2026-11-21 ', '2026-11-21T00:00:00.000Z'],
])('%s is %s', (text, time) => {
  expect(timeOf('AFTER', text).toISOString()).toBe(time)
})

test.each([
  '',
  'now',
  '0',
  '2026-11-21T12:00:00+01:00',
  '2026-11-21 12:00:00',
  '2026-02-30',
  '2026-13-01',
  '2026-11-21T24:00:01Z',
  '2026-11-21T12:00Z',
  '99999-01-01',
  '２０２６-11-21',
])('%j is no time', (text) => {
  expect(() => timeOf('AFTER', text)).toThrow('AFTER: must be a time in UTC')
})

test.each(['', '1.0', '1e3', '0x10', ' ', 'NaN', 'Infinity', '1 2', '１'])(
  '%j is no whole number',
  (text) => {
    expect(() => integerOf('LAST', text, 'a whole number')).toThrow('LAST: must be a whole number')
  },
)
