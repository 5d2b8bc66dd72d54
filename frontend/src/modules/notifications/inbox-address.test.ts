import { expect, test } from 'vitest'
import { filterFromAddress, filterToAddress } from './inbox-address'

test.each(['', 'show=unread', 'show=archived&module=jobs&organization=survey-institute'])(
  'the address "%s" comes back from its filter',
  (address) =>
    expect(filterToAddress(filterFromAddress(new URLSearchParams(address))).toString()).toBe(address),
)

test('what an address says wrongly is left out', () => {
  const wrong = new URLSearchParams({ show: 'all', module: 'Jobs!', organization: '../x' })
  expect(filterFromAddress(wrong)).toEqual({ shown: 'inbox', module: '', organization: '' })
})
