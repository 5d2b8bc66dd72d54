import { describe, expect, test } from 'vitest'
import { costOf, freeJobs, noRates, parseRates, ratesDraftOf } from './price-example'

const rates = { perJob: 100n, perTaskSecond: 2n, perOutputGb: 10n, freePerMonth: 1000n }

describe('the example of a price', () => {
  test.each([
    [0n, 0n, 100n],
    [60n, 0n, 220n],
    [0n, 1_000_000_000n, 110n],
    // A byte rounds up; bytes count in proportion.
    [0n, 1n, 101n],
    [0n, 1_500_000_000n, 115n],
    [0n, 1_500_000_001n, 116n],
  ])('%d task-seconds and %d bytes cost %d', (taskSeconds, outputBytes, cost) => {
    expect(costOf(rates, { taskSeconds, outputBytes })).toBe(cost)
  })

  test('says how many jobs of a month are free', () => {
    expect(freeJobs(rates, 220n)).toBe(4n)
    expect(freeJobs(rates, 1001n)).toBe(0n)
    expect(freeJobs(rates, 0n)).toBeUndefined()
  })
})

describe('rates as they are typed', () => {
  test('are read back as they were, and empty is nothing', () => {
    const creditClass = { decimals: 2 }
    expect(parseRates(ratesDraftOf(rates, creditClass), creditClass)).toEqual({ rates })
    expect(parseRates(noRates, creditClass)).toEqual({
      rates: { perJob: 0n, perTaskSecond: 0n, perOutputGb: 0n, freePerMonth: 0n },
    })
  })

  test('tell what is wrong with each', () => {
    const typed = { ...noRates, perJob: '-1', perTaskSecond: '0.001', freePerMonth: '99999999999' }
    expect(parseRates(typed, { decimals: 2 })).toEqual({
      problems: {
        perJob: 'Not less than 0.',
        perTaskSecond: 'At most 2 decimals.',
        freePerMonth: 'At most 10,000,000,000.00.',
      },
    })
  })
})
