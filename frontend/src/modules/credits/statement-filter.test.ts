import { expect, test } from 'vitest'
import { filterFromAddress, filterToAddress, isFiltered, requestOf, wholeStatement } from './statement-filter'

const about = 'jobs/01900000-0000-7000-8000-000000000001'
const filter = {
  creditClass: 'creditClasses/compute-2026',
  kinds: ['TRANSACTION_KIND_ISSUANCE', 'TRANSACTION_KIND_JOB_HOLD'],
  from: '2026-01-01',
  to: '2026-03-31',
  reference: about,
} as const

test('a filter goes through the address and back', () => {
  const address = filterToAddress(filter)
  expect(address.get('kind')).toBe('issuance,job-hold')
  expect(filterFromAddress(address)).toEqual(filter)
  expect(isFiltered(filter)).toBe(true)
})

test('no filter leaves the address as it is', () => {
  expect(filterToAddress(wholeStatement).size).toBe(0)
  expect(isFiltered(wholeStatement)).toBe(false)
})

test('what an address says wrongly is left out', () => {
  const address = new URLSearchParams({
    class: '../x',
    kind: 'theft,job-capture',
    from: '2026-02-30',
    to: 'yesterday',
    about: 'organizations/other/jobs/7',
  })
  expect(filterFromAddress(address)).toEqual({ ...wholeStatement, kinds: ['TRANSACTION_KIND_JOB_CAPTURE'] })
})

test('both days are included, in UTC', () => {
  expect(requestOf('lab', filter)).toMatchObject({
    parent: 'organizations/lab',
    startTime: new Date('2026-01-01T00:00:00Z'),
    endTime: new Date('2026-04-01T00:00:00Z'),
  })
})
