import { describe, expect, test } from 'vitest'
import { describeWavelengths, problemWithInterval, readInterval, writeInterval } from './interval'

describe('an interval', () => {
  test.each([
    ['5e-7 6e-7', { lower: '5e-7', upper: '6e-7' }],
    ['-Inf 6e-7', { lower: '', upper: '6e-7' }],
    ['5e-7 +inf', { lower: '5e-7', upper: '' }],
    ['', { lower: '', upper: '' }],
  ])('is read from "%s"', (value, ends) => expect(readInterval(value)).toEqual(ends))

  test.each([
    [{ lower: '1', upper: '2' }, '1 2'],
    [{ lower: '', upper: ' 2 ' }, '-Inf 2'],
    [{ lower: '1', upper: '' }, '1 +Inf'],
    [{ lower: ' ', upper: '' }, ''],
  ])('%o is written as "%s"', (ends, value) => expect(writeInterval(ends)).toBe(value))

  test.each([
    ['1 2', true],
    ['2 2', true],
    ['-Inf 2', true],
    ['2 1', false],
    ['5e +Inf', false],
    ['one 2', false],
  ])('"%s" is well formed: %s', (value, good) => expect(problemWithInterval(value) === undefined).toBe(good))
})

describe('wavelengths', () => {
  test.each([
    ['5e-7 6e-7', '500 nm to 600 nm, which is 499.7 THz to 599.6 THz'],
    ['0.2 0.21', '200 mm to 210 mm, which is 1.428 GHz to 1.499 GHz'],
    ['2 +Inf', 'from 2 m, which is up to 149.9 MHz'],
    ['-Inf 2e-3', 'up to 2 mm, which is from 149.9 GHz'],
  ])('%s are %s', (value, text) => expect(describeWavelengths(value)).toBe(text))

  test.each(['', '-Inf +Inf', '-1 +Inf', 'x +Inf'])('"%s" has none to describe', (value) =>
    expect(describeWavelengths(value)).toBeUndefined(),
  )
})
