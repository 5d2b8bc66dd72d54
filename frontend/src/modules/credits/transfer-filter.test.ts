import { expect, test } from 'vitest'
import { filterFromAddress, filterToAddress, isFiltered } from './transfer-filter'

const filter = {
  states: ['TRANSFER_STATE_PROPOSED', 'TRANSFER_STATE_RECORDED'],
  creditClass: 'creditClasses/compute-2026',
} as const

test('a filter goes through the address and back', () => {
  expect(filterToAddress(filter).toString()).toBe('state=proposed%2Crecorded&class=compute-2026')
  expect(filterFromAddress(filterToAddress(filter))).toEqual(filter)
})

test('what an address says wrongly is left out', () => {
  const read = filterFromAddress(new URLSearchParams('state=stolen,refused&class=%2E%2E'))
  expect(read).toEqual({ states: ['TRANSFER_STATE_REFUSED'], creditClass: '' })
  expect(isFiltered({ states: [], creditClass: '' })).toBe(false)
})
