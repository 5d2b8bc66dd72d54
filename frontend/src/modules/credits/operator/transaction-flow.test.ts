import { Posting } from '@fairlead/proto/web/fairlead/credits/v1/ledger'
import { describe, expect, test } from 'vitest'
import { flowOf, whyNotReversible } from './transaction-flow'

const institute = {
  organization: 'organizations/survey-institute',
  organizationDisplayName: 'Survey Institute',
}

describe('where credits came from and went to', () => {
  test('a job that used less than was held gives the rest back', () => {
    const postings = [
      Posting.fromPartial({ account: 'ACCOUNT_KIND_HELD', ...institute, amount: -100n }),
      Posting.fromPartial({ account: 'ACCOUNT_KIND_SINK', amount: 60n }),
      Posting.fromPartial({ account: 'ACCOUNT_KIND_AVAILABLE', ...institute, amount: 40n }),
    ]
    expect(flowOf({ postings })).toEqual({
      from: 'Survey Institute, held',
      to: 'Used or reduced and available',
      amount: 100n,
    })
  })

  test('what is held and given back stays the organisation’s', () => {
    const available = (amount: bigint) =>
      Posting.fromPartial({ account: 'ACCOUNT_KIND_AVAILABLE', ...institute, amount })
    const held = (amount: bigint) =>
      Posting.fromPartial({ account: 'ACCOUNT_KIND_HELD', ...institute, amount })
    expect(flowOf({ postings: [held(7n), available(-7n)] })).toMatchObject({
      from: 'Survey Institute',
      to: 'held',
    })
    expect(flowOf({ postings: [available(7n), held(-7n)] })).toMatchObject({
      from: 'Survey Institute, held',
      to: 'available',
    })
  })

  test('an organisation without a name is told by its slug', () => {
    const postings = [
      Posting.fromPartial({ account: 'ACCOUNT_KIND_ISSUANCE', amount: -5n }),
      Posting.fromPartial({
        account: 'ACCOUNT_KIND_AVAILABLE',
        organization: 'organizations/lab',
        amount: 5n,
      }),
    ]
    expect(flowOf({ postings })).toEqual({ from: 'Issuance', to: 'lab', amount: 5n })
  })
})

test.each([
  ['TRANSACTION_KIND_ISSUANCE', '', undefined],
  ['TRANSACTION_KIND_JOB_CAPTURE', '', undefined],
  ['TRANSACTION_KIND_ISSUANCE', 'creditTransactions/x', 'It was reversed already.'],
  ['TRANSACTION_KIND_JOB_HOLD', '', 'A hold and its release end with their job or transfer.'],
  ['TRANSACTION_KIND_REVERSAL', '', 'A reversal is not reversed; book what is right instead.'],
] as const)('%s reversed by %j: %s', (kind, reversedBy, reason) => {
  expect(whyNotReversible({ kind, reversedBy })).toBe(reason)
})
