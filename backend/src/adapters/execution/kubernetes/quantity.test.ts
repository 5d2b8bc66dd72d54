import { expect, test } from 'vitest'
import { quantity } from './quantity.ts'

test.each([
  ['0', 0],
  ['1', 1],
  ['250m', 0.25],
  ['12345678n', 0.012345678],
  ['3u', 3e-6],
  ['128Ki', 131_072],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['2e3', 2000],
  ['5M', 5e6],
])('%s is read as %d', (text, value) => {
  expect(quantity(text)).toBeCloseTo(value, 12)
})

test.each(['', 'many', '1X'])('"%s" is none', (text) => {
  expect(quantity(text)).toBeNaN()
})
