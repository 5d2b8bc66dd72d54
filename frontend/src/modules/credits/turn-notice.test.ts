import type { TransferAction, TransferState } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { expect, test } from 'vitest'
import { turnNotice } from './turn-notice'

const transfer = {
  name: 'organizations/lab/transfers/1',
  state: 'TRANSFER_STATE_PROPOSED' as TransferState,
  direction: 'TRANSFER_DIRECTION_SELL',
  seller: 'organizations/institute',
  sellerDisplayName: 'The Institute',
  buyer: 'organizations/lab',
  buyerDisplayName: 'The Lab',
  creditClass: 'creditClasses/compute-2026',
  amount: 100n,
  pricePerCreditMicros: 0n,
  currencyCode: '',
  category: 'TRADE_CATEGORY_GIFT',
  effectiveDate: '',
  expireTime: new Date('2026-12-22T00:00:00Z'),
  createTime: undefined,
  updateTime: undefined,
  recordTime: undefined,
  attachments: [],
  signedDeclarations: [],
  comments: [],
  steps: [],
  actions: ['TRANSFER_ACTION_ACCEPT', 'TRANSFER_ACTION_REFUSE'] as TransferAction[],
  etag: '1',
} as const
const lab = 'organizations/lab'

test('who may accept is told that it is their turn, and until when', () => {
  expect(turnNotice({ ...transfer, actions: [...transfer.actions] } as never, lab, true)).toEqual({
    kind: 'yours',
    title: 'It is your turn',
    text: 'The Institute asks you to buy. You can accept or refuse until 2026-12-22 00:00:00 UTC.',
  })
})

test('who may not accept is told who may', () => {
  const seen = { ...transfer, actions: [] } as never
  expect(turnNotice(seen, lab, false).text).toMatch(/^Treasurers and administrators/)
  expect(turnNotice(seen, lab, true).text).toMatch(/^Another treasurer or administrator/)
})

test('the seller of a refused transfer reads the reason and that the credits are back', () => {
  const refused = {
    ...transfer,
    state: 'TRANSFER_STATE_REFUSED',
    actions: [],
    steps: [{ action: 'TRANSFER_ACTION_REFUSE', reason: 'Too dear.' }],
  } as never
  expect(turnNotice(refused, 'organizations/institute', true)).toMatchObject({
    kind: 'bad',
    text: 'The credits are available again. “Too dear.”',
  })
})

test.each<[TransferState, string]>([
  ['TRANSFER_STATE_ACCEPTED', 'Waiting for the operator'],
  ['TRANSFER_STATE_APPROVED', 'Approved'],
  ['TRANSFER_STATE_RECORDED', 'Recorded'],
  ['TRANSFER_STATE_EXPIRED', 'Expired'],
  ['TRANSFER_STATE_DECLINED', 'Declined by the operator'],
  ['TRANSFER_STATE_RESCINDED', 'Taken back'],
])('%s is “%s”', (state, title) => {
  expect(turnNotice({ ...transfer, state, actions: [] } as never, lab, true).title).toBe(title)
})
