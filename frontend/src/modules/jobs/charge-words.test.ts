import type { JobCharge, JobPrice } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { expect, test } from 'vitest'
import { chargeText, priceText, wouldWait } from './charge-words'

const charge: JobCharge = {
  creditClass: 'creditClasses/now',
  unit: 'credit',
  decimals: 2,
  atMost: 123_456n,
  held: 0n,
  captured: 0n,
  transaction: '',
  note: '',
}

test.each([
  ['waits for credits', 'PHASE_HELD', {}, 'at most 1,234.56 credits'],
  ['is queued', 'PHASE_QUEUED', { held: 123_456n }, 'at most 1,234.56 credits, held'],
  ['is queued on free use', 'PHASE_QUEUED', { atMost: 0n }, 'covered by free use'],
  ['is complete', 'PHASE_COMPLETED', { captured: 100n }, '1.00 credits paid'],
  ['is complete on free use', 'PHASE_COMPLETED', {}, 'covered by free use'],
  ['failed', 'PHASE_ERROR', {}, 'nothing'],
  ['is archived after it was paid', 'PHASE_ARCHIVED', { captured: 5n }, '0.05 credits paid'],
] as const)('a job that %s', (_what, phase, more, text) => {
  expect(chargeText({ ...charge, ...more }, phase)).toBe(text)
})

const price: JobPrice = {
  creditClass: 'creditClasses/now',
  creditClassDisplayName: 'Now',
  unit: 'credits',
  decimals: 0,
  expected: 3n,
  atMost: 5n,
  available: 5n,
  free: 0n,
}

test.each([
  ['what is expected, and at most', {}, 'about 3, at most 5 credits'],
  ['one amount where there is one', { expected: 5n }, '5 credits'],
  ['that it is free this time', { expected: 0n, atMost: 0n }, 'covered by free use'],
] as const)('a quote tells %s', (_what, more, text) => {
  expect(priceText({ ...price, ...more })).toBe(text)
})

test('a job waits that could cost more than there is', () => {
  expect([wouldWait(price), wouldWait({ ...price, available: 4n })]).toEqual([false, true])
})
