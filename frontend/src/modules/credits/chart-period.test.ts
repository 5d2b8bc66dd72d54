import { expect, test } from 'vitest'
import { chartPeriods, periodOf } from './chart-period'

test('an address chooses among the periods that there are', () => {
  expect(periodOf(new URLSearchParams('days=7')).label).toBe('Week')
  for (const address of ['', 'days=8', 'days=-1', 'days=1e9']) {
    expect(periodOf(new URLSearchParams(address)).days).toBe(30)
  }
})

test('no period asks for more points than there may be', () => {
  for (const { pointCount } of chartPeriods) expect(pointCount).toBeLessThanOrEqual(500)
})
