import { expect, test } from 'vitest'
import { formatAngle, formatDegrees, formatHours } from './format-angle'

test.each([
  [12.34567, '12.3°'],
  [0.5, '30′'],
  [0.076, '4.56′'],
  [0.6 / 3600, '0.6″'],
])('%d degrees are %s', (degrees, text) => expect(formatAngle(degrees)).toBe(text))

test.each([
  [0, '00h 00m 00.00s'],
  [210.8, '14h 03m 12.00s'],
  [359.99999999, '00h 00m 00.00s'],
  [-15, '23h 00m 00.00s'],
  // 59.996 s would round to 60: it carries instead.
  [15 / 60 - 1e-7, '00h 01m 00.00s'],
])('right ascension %d is %s', (ra, text) => expect(formatHours(ra)).toBe(text))

test.each([
  [54.3487, '+54° 20′ 55.3″'],
  [-0.5, '−00° 30′ 00.0″'],
  [-1e-9, '+00° 00′ 00.0″'],
  [89.9999999, '+90° 00′ 00.0″'],
])('declination %d is %s', (dec, text) => expect(formatDegrees(dec)).toBe(text))
