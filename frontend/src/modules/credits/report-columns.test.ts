import { expect, test } from 'vitest'
import { counted, reportColumns } from './report-columns'

test('the columns before the closing balance add up to it', () => {
  const line = {
    creditClass: 'creditClasses/compute-2026',
    opening: 1_000n,
    issued: 500n,
    awarded: 20n,
    adjusted: -7n,
    bought: 90n,
    sold: 300n,
    used: 411n,
    reduced: 50n,
    closing: 842n,
    deficit: 5n,
  }
  const closing = reportColumns.findIndex(({ field }) => field === 'closing')
  const sum = reportColumns.slice(0, closing).reduce((total, column) => total + counted(line, column), 0n)
  expect(sum).toBe(line.closing)
})
