import { describe, expect, test } from 'vitest'
import { AMOUNT_MAX } from '../ledger/transaction.ts'
import { choosePayer } from './payer-choice.ts'
import type { Payer } from './payer-store.ts'
import { type Charge, costOf, expectedUse, mostUse, settlementOf, type Use } from './price.ts'
import { isSameShortage, shortageOf, shortageText } from './shortage.ts'

const GB = 1_000_000_000n
const prices = { perJob: 100n, perTaskSecond: 10n, perOutputGb: 5n }

describe('the cost of a use', () => {
  test.each([
    ['nothing but the job', { taskSeconds: 0n, outputBytes: 0n }, 100n],
    ['seconds of tasks', { taskSeconds: 7n, outputBytes: 0n }, 170n],
    ['whole GB', { taskSeconds: 0n, outputBytes: 2n * GB }, 110n],
    ['a byte, in proportion and rounded up', { taskSeconds: 0n, outputBytes: 1n }, 101n],
    ['a part of a GB, rounded up', { taskSeconds: 0n, outputBytes: GB / 5n + 1n }, 102n],
    ['what no float could tell apart', { taskSeconds: 10n ** 17n + 1n, outputBytes: 0n }, 10n ** 18n + 110n],
  ])('%s', (_what, use, cost) => {
    expect(costOf(prices, use)).toBe(cost)
  })
})

describe('what a job is quoted', () => {
  test.each([
    ['one short task', { durationMs: 10, taskCount: 1 }, 1n, 2n],
    ['many short tasks, a begun second of each', { durationMs: 1_000, taskCount: 100 }, 100n, 102n],
    ['long tasks', { durationMs: 100_000, taskCount: 4 }, 100n, 204n],
    ['a fraction of a second more', { durationMs: 1_500, taskCount: 1 }, 2n, 4n],
  ])('%s', (_what, quote, expected, most) => {
    expect(expectedUse({ sizeBytes: 1n, ...quote }).taskSeconds).toBe(expected)
    expect(mostUse({ sizeBytes: 1n, ...quote }).taskSeconds).toBe(most)
  })
})

describe('the settlement', () => {
  const charge = (atMost: bigint, free: bigint): Charge => ({
    classId: 'class',
    atMost,
    terms: { ...prices, free, freeMonth: '2026-11-01' },
  })
  const use = (taskSeconds: bigint): Use => ({ taskSeconds, outputBytes: 0n })
  test.each([
    ['what was used, of what was held', charge(300n, 0n), use(5n), 150n, 0n],
    ['no more than was held', charge(300n, 0n), use(1_000n), 300n, 0n],
    ['nothing, when the job did not complete', charge(300n, 50n), undefined, 0n, 50n],
    [
      'the seconds alone of a job that did not complete',
      charge(300n, 0n),
      { ...use(5n), partial: true as const },
      50n,
      0n,
    ],
    [
      'nothing of one that did not complete, of free use that covers it',
      charge(300n, 60n),
      { ...use(5n), partial: true as const },
      0n,
      10n,
    ],
    ['free use first', charge(250n, 50n), use(5n), 100n, 0n],
    ['nothing, when free use covers it, which is given back beyond', charge(100n, 200n), use(5n), 0n, 50n],
    ['no more than was held beside the free use', charge(100n, 200n), use(1_000n), 100n, 0n],
  ])('pays %s', (_what, of, used, captured, freeBack) => {
    expect(settlementOf(of, used)).toEqual({ captured, freeBack })
  })
})

const payer = (code: string, available: bigint, more: Partial<Payer> = {}): Payer => ({
  classId: code,
  code,
  displayName: code,
  unit: 'credit',
  decimals: 2,
  spent: false,
  ...prices,
  available,
  free: 0n,
  freePerMonth: 0n,
  month: '2026-11-01',
  ...more,
})

describe('who pays', () => {
  const quote = { sizeBytes: 0n, durationMs: 0, taskCount: 1 }
  const need = 110n
  test.each([
    ['the first that has enough', [payer('a', need), payer('b', need)], 'a', true],
    ['the next one, when the first has too little', [payer('a', need - 1n), payer('b', need)], 'b', true],
    ['when none has enough, the one that lacks least', [payer('a', 1n), payer('b', 100n)], 'b', false],
    ['a class that is good', [payer('a', need, { spent: true }), payer('b', 0n)], 'b', false],
    ['one that covers it by free use', [payer('a', 0n, { free: need })], 'a', true],
    ['none that could not hold so much', [payer('a', AMOUNT_MAX, { perJob: AMOUNT_MAX })], 'a', false],
  ] as const)('is %s', (_who, payers, code, enough) => {
    expect(choosePayer(payers, quote)).toMatchObject({ payer: { code }, enough })
  })

  test.each([
    ['without a price', []],
    ['whose price is nothing', [payer('a', 0n, { perJob: 0n, perTaskSecond: 0n })]],
  ])('is nobody for a service %s', (_what, payers) => {
    expect(choosePayer(payers, quote)).toBeUndefined()
  })

  test('a shortage is the same when other credits were available, and not when another amount is needed', () => {
    const text = (of: Payer) => {
      const choice = choosePayer([of], quote)
      return choice === undefined ? '' : shortageText(shortageOf(choice, quote))
    }
    expect(text(payer('a', 1n))).toContain(
      'It needs 1.10 credits of a to be set aside, and 0.01 credits were available.',
    )
    expect(isSameShortage(text(payer('a', 1n)), text(payer('a', 2n)))).toBe(true)
    const dear = { perJob: 123_456_789n }
    expect(text(payer('a', 99_999_999n, dear))).toContain(
      '1,234,567.99 credits of a to be set aside, and 999,999.99 credits',
    )
    expect(isSameShortage(text(payer('a', 99_999_999n, dear)), text(payer('a', 0n, dear)))).toBe(true)
    expect(isSameShortage(text(payer('a', 1n)), text(payer('a', 1n, { perJob: 101n })))).toBe(false)
    expect(isSameShortage(text(payer('a', 1n)), text(payer('b', 1n)))).toBe(false)
    expect(isSameShortage(text(payer('a', 1n)), text(payer('a', 1n, { spent: true })))).toBe(false)
  })
})
