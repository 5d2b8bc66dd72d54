import type { TransferState } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { describe, expect, test } from 'vitest'
import { partnerOf, proposerOf, turnOf } from './turn'

const seller = 'organizations/lab'
const buyer = 'organizations/institute'
const sale = { direction: 'TRANSFER_DIRECTION_SELL', seller, buyer } as const
const purchase = { ...sale, direction: 'TRANSFER_DIRECTION_BUY' } as const

describe('turnOf', () => {
  test('a proposal waits for the side that it was made to', () => {
    const state = 'TRANSFER_STATE_PROPOSED'
    expect(turnOf({ ...sale, state }, buyer)).toBe('us')
    expect(turnOf({ ...sale, state }, seller)).toBe('partner')
    expect(turnOf({ ...purchase, state }, seller)).toBe('us')
    expect(turnOf({ ...purchase, state }, buyer)).toBe('partner')
  })

  test.each<[TransferState, string | undefined]>([
    ['TRANSFER_STATE_ACCEPTED', 'operator'],
    ['TRANSFER_STATE_APPROVED', 'date'],
    ['TRANSFER_STATE_REFUSED', undefined],
    ['TRANSFER_STATE_RESCINDED', undefined],
    ['TRANSFER_STATE_EXPIRED', undefined],
    ['TRANSFER_STATE_DECLINED', undefined],
    ['TRANSFER_STATE_RECORDED', undefined],
  ])('in %s it is the turn of %s, for both sides', (state, turn) => {
    for (const organization of [seller, buyer]) expect(turnOf({ ...sale, state }, organization)).toBe(turn)
  })
})

test('the proposer sells what it offers and buys what it asks for', () => {
  expect(proposerOf(sale)).toBe(seller)
  expect(proposerOf(purchase)).toBe(buyer)
})

test('the partner is the other side, by its slug when it has no name', () => {
  const transfer = { seller, buyer, sellerDisplayName: 'The Lab', buyerDisplayName: '' }
  expect(partnerOf(transfer, seller)).toEqual({ name: buyer, displayName: buyer, role: 'sells' })
  expect(partnerOf(transfer, buyer)).toEqual({ name: seller, displayName: 'The Lab', role: 'buys' })
})
