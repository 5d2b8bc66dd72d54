import { describe, expect, test } from 'vitest'
import { deskPath, deskQuery, viewFromAddress } from './desk-address'

describe('the address of the credits desk', () => {
  test.each([
    ['', 'reviews'],
    ['view=ledger', 'ledger'],
    ['view=prices&kind=x', 'prices'],
    ['view=secrets', 'reviews'],
  ])('%j shows the tab %s', (query, view) => {
    expect(viewFromAddress(new URLSearchParams(query))).toBe(view)
  })

  test('leaves out what is empty, and the first tab', () => {
    expect(deskQuery('reviews', { show: '', organization: '' }).toString()).toBe('')
    expect(deskPath('reviews')).toBe('/credits')
    expect(deskPath('ledger', { organization: 'survey-institute', class: '' })).toBe(
      '/credits?view=ledger&organization=survey-institute',
    )
  })
})
