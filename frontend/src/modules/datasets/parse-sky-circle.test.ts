import { expect, test } from 'vitest'
import { parseSkyCircle } from './parse-sky-circle'

test.each([
  ['210.8 54.35', { raDeg: 210.8, decDeg: 54.35, radiusDeg: 0 }],
  ['210.8, 54.35, 0.5', { raDeg: 210.8, decDeg: 54.35, radiusDeg: 0.5 }],
  ['-10 -90 1', { raDeg: 350, decDeg: -90, radiusDeg: 1 }],
  ['360 0', { raDeg: 0, decDeg: 0, radiusDeg: 0 }],
])('%s is a circle', (text, circle) => expect(parseSkyCircle(text)).toEqual(circle))

test.each(['', '12', '1 2 3 4', 'a b', '10 91', '10 10 -1', '10 10 181', '10 NaN'])('"%s" is none', (text) =>
  expect(parseSkyCircle(text)).toBeUndefined(),
)
