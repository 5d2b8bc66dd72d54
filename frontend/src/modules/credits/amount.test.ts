import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  amountToText,
  formatAmount,
  formatChange,
  formatPrice,
  formatTotalPrice,
  maximumAmount,
  parseAmount,
  parsePrice,
  totalPriceCents,
} from './amount'

describe('formatAmount', () => {
  test.each([
    [0n, 2, '0.00'],
    [5n, 2, '0.05'],
    [12_345n, 2, '123.45'],
    [-12_345n, 2, '−123.45'],
    [123_456_789n, 0, '123,456,789'],
    [999n, 0, '999'],
    [1_000n, 0, '1,000'],
    [1n, 6, '0.000001'],
    [9_007_199_254_740_993n, 3, '9,007,199,254,740.993'],
    [2n ** 63n - 1n, 2, '92,233,720,368,547,758.07'],
  ])('%d with %d decimals is %s', (amount, decimals, text) =>
    expect(formatAmount(amount, decimals)).toBe(text),
  )

  test('a change says its direction, and none where there is none', () => {
    expect(formatChange(250n, 1)).toBe('+25.0')
    expect(formatChange(-250n, 1)).toBe('−25.0')
    expect(formatChange(0n, 1)).toBe('0.0')
  })
})

describe('parseAmount', () => {
  test.each([
    ['123.45', 2, 12_345n],
    [' 7 ', 2, 700n],
    ['1,234.5', 2, 123_450n],
    ['1 234 567', 0, 1_234_567n],
    ['1 234.5', 1, 12_345n],
    ['.5', 1, 5n],
    ['5.', 2, 500n],
    ['007', 0, 7n],
    ['+3', 0, 3n],
    ['9007199254740.993', 3, 9_007_199_254_740_993n],
  ])('reads %j with %d decimals as %d', (text, decimals, amount) =>
    expect(parseAmount(text, decimals, { maximum: 10n ** 18n })).toEqual({ amount }),
  )

  test.each([
    ['', 2, 'Enter an amount.'],
    ['0', 2, 'More than 0.'],
    ['0.00', 2, 'More than 0.'],
    ['-5', 2, 'More than 0.'],
    ['1.234', 2, 'At most 2 decimals.'],
    ['1.5', 0, 'Whole numbers only.'],
    ['1,5', 2, 'Write decimals after a point, such as 1234.5.'],
    ['1.234,5', 2, 'Write decimals after a point, such as 1234.5.'],
    ['12,34', 2, 'Write decimals after a point, such as 1234.5.'],
    ['.', 2, 'This is not a number.'],
    ['1e3', 2, 'This is not a number.'],
    ['0x10', 2, 'This is not a number.'],
    ['١٢', 2, 'This is not a number.'],
    ['1 2', 2, 'This is not a number.'],
    ['Infinity', 2, 'This is not a number.'],
    ['10000000000000.01', 2, 'At most 10,000,000,000,000.00.'],
    ['9'.repeat(10_000), 2, 'At most 10,000,000,000,000.00.'],
  ])('refuses %j with %d decimals', (text, decimals, problem) =>
    expect(parseAmount(text, decimals)).toEqual({ problem }),
  )

  test('takes its limits from the caller', () => {
    expect(parseAmount('0', 0, { minimum: 0n })).toEqual({ amount: 0n })
    expect(parseAmount('-2.5', 1, { minimum: -maximumAmount })).toEqual({ amount: -25n })
    expect(parseAmount('4', 0, { minimum: 5n })).toEqual({ problem: 'At least 5.' })
    expect(parseAmount('10000000000000', 2)).toEqual({ amount: maximumAmount })
  })

  test('what is shown and what is put into a field is read back as it was', () => {
    const amounts = fc.bigInt({ min: -maximumAmount, max: maximumAmount })
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 6 }), (amount, decimals) => {
        const limits = { minimum: -maximumAmount }
        expect(parseAmount(formatAmount(amount, decimals), decimals, limits)).toEqual({ amount })
        expect(parseAmount(amountToText(amount, decimals), decimals, limits)).toEqual({ amount })
      }),
    )
  })
})

describe('a price', () => {
  test.each([
    [35_000n, 'EUR', 'EUR 0.035'],
    [12_000_000n, 'EUR', 'EUR 12.00'],
    [1n, 'USD', 'USD 0.000001'],
    [1_500_000n, '', '1.50'],
    [0n, 'EUR', 'EUR 0.00'],
  ])('of %d millionths in %j is %s', (micros, currency, text) =>
    expect(formatPrice(micros, currency)).toBe(text),
  )

  test('is read to the millionth, from 0 on', () => {
    expect(parsePrice('0')).toEqual({ amount: 0n })
    expect(parsePrice('0.035')).toEqual({ amount: 35_000n })
    expect(parsePrice('')).toEqual({ problem: 'Enter a price; 0 for a gift.' })
    expect(parsePrice('-1')).toEqual({ problem: 'Not less than 0.' })
    expect(parsePrice('1.0000001')).toEqual({ problem: 'At most 6 decimals.' })
  })

  test.each([
    // 1,000.00 credits at 0.035
    [100_000n, 2, 35_000n, 3_500n],
    // 1 credit at 0.005: half a cent is a cent
    [1n, 0, 5_000n, 1n],
    [1n, 0, 4_999n, 0n],
    [10n ** 15n, 0, 10n ** 12n, 10n ** 23n],
  ])('of %d at %d decimals and %d millionths comes to %d cents', (amount, decimals, price, cents) =>
    expect(totalPriceCents(amount, decimals, price)).toBe(cents),
  )

  test('comes with its currency', () => {
    expect(formatTotalPrice(100_000n, 2, 35_000n, 'EUR')).toBe('EUR 35.00')
  })
})
