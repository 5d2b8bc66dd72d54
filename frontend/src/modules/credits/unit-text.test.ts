import { expect, test } from 'vitest'
import { unitText } from './unit-text'

test.each([
  ['credit', 'credits'],
  ['GPU hour', 'GPU hours'],
  ['GPU hours', 'GPU hours'],
  ['kWh', 'kWh'],
  ['TB', 'TB'],
])('amounts of %j are of %j', (unit, text) => expect(unitText(unit)).toBe(text))
