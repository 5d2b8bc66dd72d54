import { expect, test } from 'vitest'
import { placeOfValue, valueAtPlace } from './cuts'

const statistics = { minimum: -1000, percentile1: -2, percentile99: 8, maximum: 50_000 }

test.each([
  [0, -1000],
  [0.25, -2],
  [0.5, 3],
  [0.75, 8],
  [1, 50_000],
  [2, 50_000],
])('place %d is the value %d', (place, value) => expect(valueAtPlace(statistics, place)).toBe(value))

test('a value goes to its place and back', () => {
  for (const value of [-900, -2, 0, 7.5, 8, 20_000]) {
    expect(valueAtPlace(statistics, placeOfValue(statistics, value))).toBeCloseTo(value, 9)
  }
})

test('an image of one value has places too', () => {
  const flat = { minimum: 5, percentile1: 5, percentile99: 5, maximum: 5 }
  expect(valueAtPlace(flat, 0.3)).toBe(5)
  expect(placeOfValue(flat, 5)).toBe(0)
  expect(placeOfValue(flat, 9)).toBe(1)
})
