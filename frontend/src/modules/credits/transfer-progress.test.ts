import type { TransferAction, TransferState } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { expect, test } from 'vitest'
import { progressOf } from './transfer-progress'

const sale = {
  direction: 'TRANSFER_DIRECTION_SELL',
  seller: 'organizations/lab',
  sellerDisplayName: 'The Lab',
  buyer: 'organizations/institute',
  buyerDisplayName: 'The Institute',
  effectiveDate: '',
  createTime: undefined,
} as const

const did = (action: string, organizationDisplayName: string) => ({
  action: `TRANSFER_ACTION_${action}` as TransferAction,
  state: 'TRANSFER_STATE_PROPOSED' as const,
  userDisplayName: '',
  organizationDisplayName,
  time: undefined,
  reason: '',
})

const shown = (state: TransferState, steps: ReturnType<typeof did>[], changed = {}) =>
  progressOf({ ...sale, ...changed, state, steps }, 'organizations/lab').map(
    ({ label, who, state: at }) => `${at}: ${label}, ${who}`,
  )

test('a proposal waits for the other side, then the operator', () => {
  expect(shown('TRANSFER_STATE_PROPOSED', [did('PROPOSE', 'The Lab')])).toEqual([
    'past: Proposed, The Lab',
    'current: Accept, The Institute',
    'ahead: Decision, The operator',
    'ahead: Record, When approved',
  ])
})

test('a proposal to buy from us waits for us', () => {
  const steps = shown('TRANSFER_STATE_PROPOSED', [did('PROPOSE', 'The Institute')], {
    direction: 'TRANSFER_DIRECTION_BUY',
  })
  expect(steps[1]).toBe('current: Accept, Your organisation')
})

test('what was approved waits for its date', () => {
  const done = [did('PROPOSE', 'The Lab'), did('ACCEPT', 'The Institute'), did('APPROVE', 'The Operator')]
  expect(shown('TRANSFER_STATE_APPROVED', done, { effectiveDate: '2026-12-01' }).slice(2)).toEqual([
    'past: Approved, The Operator',
    'current: Record, On 2026-12-01',
  ])
})

test('nothing is ahead of what has ended, and comments are no steps', () => {
  expect(
    shown('TRANSFER_STATE_REFUSED', [
      did('PROPOSE', 'The Lab'),
      did('COMMENT', 'The Lab'),
      did('REFUSE', 'The Institute'),
    ]),
  ).toEqual(['past: Proposed, The Lab', 'failed: Refused, The Institute'])
})

test('an expiry is nobody’s', () => {
  expect(shown('TRANSFER_STATE_EXPIRED', [did('PROPOSE', 'The Lab'), did('EXPIRE', '')]).at(-1)).toBe(
    'failed: Expired, Fairlead',
  )
})
