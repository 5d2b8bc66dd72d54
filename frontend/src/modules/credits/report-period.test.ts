import { expect, test } from 'vitest'
import { periodFromAddress, usualPeriods } from './report-period'

const today = '2026-11-21'

test('the usual periods end today or with last year', () => {
  expect(usualPeriods(today).map(({ period }) => period)).toEqual([
    { from: '2026-01-01', to: today },
    { from: '2026-10-01', to: today },
    { from: '2025-01-01', to: '2025-12-31' },
  ])
})

test.each([
  ['from=2026-03-01&to=2026-03-31', { from: '2026-03-01', to: '2026-03-31' }],
  ['from=2026-03-01&to=2026-03-01', { from: '2026-03-01', to: '2026-03-01' }],
  ['', { from: '2026-01-01', to: today }],
  ['from=2026-03-01', { from: '2026-01-01', to: today }],
  ['from=2026-03-31&to=2026-03-01', { from: '2026-01-01', to: today }],
  ['from=2026-13-01&to=2026-03-01', { from: '2026-01-01', to: today }],
])('the address %j means %j', (address, period) =>
  expect(periodFromAddress(new URLSearchParams(address), today)).toEqual(period),
)
