import { describe, expect, test } from 'vitest'
import { deskQuery } from './desk-address'
import { isFiltered, transactionFilterFrom, transactionFilterTo } from './transaction-filter'

describe('the filter of transactions', () => {
  test('is read back from the address that it makes', () => {
    const filter = {
      creditClass: 'creditClasses/compute-2026',
      organization: 'survey-institute',
      kinds: ['TRANSACTION_KIND_TRANSFER_HOLD', 'TRANSACTION_KIND_REVERSAL'],
      from: '2026-01-01',
      to: '2026-03-31',
      reference: 'creditBookings/0197c2aa-0000-7000-8000-000000000001',
    } as const
    const query = deskQuery('ledger', transactionFilterTo(filter))
    expect(query.get('kind')).toBe('transfer-hold,reversal')
    expect(transactionFilterFrom(query)).toEqual(filter)
  })

  test.each([
    'class=No%20Class&organization=UPPER&kind=theft&from=2026-02-30&to=yesterday',
    'organization=-x&class=9lives',
    '',
  ])('%j narrows nothing', (query) => {
    expect(isFiltered(transactionFilterFrom(new URLSearchParams(query)))).toBe(false)
  })

  test('cuts a reference at what a request takes', () => {
    const { reference } = transactionFilterFrom(new URLSearchParams({ reference: 'x'.repeat(1000) }))
    expect(reference).toHaveLength(160)
  })
})
