import { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { describe, expect, test } from 'vitest'
import {
  type BookingDraft,
  draftProblems,
  draftTotals,
  emptyDraft,
  emptyRow,
  evidenceProblem,
  type RowDraft,
  rowAmount,
  rowProblems,
  serverRowProblem,
  templateOf,
  toRequest,
  transactionNameIn,
} from './booking-draft'
import { shortfall, signedAmount } from './booking-effect'

const classes = [
  CreditClass.fromPartial({ name: 'creditClasses/compute', decimals: 2 }),
  CreditClass.fromPartial({ name: 'creditClasses/hours', decimals: 0 }),
]
const row = (changed: Partial<RowDraft>): RowDraft => ({
  ...emptyRow(0),
  organization: 'organizations/survey-institute',
  creditClass: 'creditClasses/compute',
  ...changed,
})
const draft = (changed: Partial<BookingDraft>): BookingDraft => ({
  ...emptyDraft('BOOKING_KIND_ISSUANCE', ''),
  displayName: 'Grants',
  reason: 'Decision 17',
  rows: [row({ amount: '10' })],
  ...changed,
})

describe('the amount of a row', () => {
  test.each([
    ['BOOKING_KIND_ISSUANCE', '12.5', { amount: 1250n }],
    ['BOOKING_KIND_ADJUSTMENT', '-12.5', { amount: -1250n }],
    ['BOOKING_KIND_ADJUSTMENT', '10000000000000', { amount: 10n ** 15n }],
    ['BOOKING_KIND_ADJUSTMENT', '0', { problem: 'Not 0.' }],
    ['BOOKING_KIND_REDUCTION', '-1', { problem: 'More than 0.' }],
    ['BOOKING_KIND_ISSUANCE', '0.001', { problem: 'At most 2 decimals.' }],
  ] as const)('of %s in %j', (kind, amount, read) => {
    expect(rowAmount(row({ amount }), kind, classes)).toEqual(read)
  })

  test('depends on a class that is known', () => {
    expect(
      rowAmount(row({ amount: '1', creditClass: 'creditClasses/no' }), 'BOOKING_KIND_AWARD', classes),
    ).toEqual({ problem: 'Choose a class first.' })
    expect(Object.keys(rowProblems(emptyRow(0), 'BOOKING_KIND_AWARD', classes)).toSorted()).toEqual([
      'amount',
      'credit_class',
      'organization',
    ])
  })

  test('counts into the total of its class when it is right', () => {
    const rows = [
      row({ amount: '10' }),
      row({ amount: '0.25' }),
      row({ amount: 'x' }),
      row({ amount: '3', creditClass: 'creditClasses/hours' }),
    ]
    expect(draftTotals(rows, 'BOOKING_KIND_AWARD', classes)).toEqual([
      { creditClass: 'creditClasses/compute', amount: 1025n },
      { creditClass: 'creditClasses/hours', amount: 3n },
    ])
  })
})

describe('a draft of a booking', () => {
  test('has no problem when it can be sent', () => {
    expect(draftProblems(draft({}), classes)).toEqual({})
  })

  test.each([
    ['display_name', { displayName: ' ' }],
    ['reason', { reason: '' }],
    ['evidence', { evidence: ['ftp://x'] }],
    ['evidence', { evidence: ['https://a.example/1', 'https://a.example/1 '] }],
    ['rows', { rows: [row({ amount: '' })] }],
    ['rows', { rows: [] }],
    ['file', { source: 'file' as const }],
    ['reversed_transaction', { kind: 'BOOKING_KIND_REVERSAL' as const, rows: [] }],
  ] as const)('tells of its %s', (field, changed) => {
    expect(Object.keys(draftProblems(draft(changed), classes))).toEqual([field])
  })

  test('sends rows or a file or a transaction, never two of them', () => {
    const file = { name: 'grants.csv', content: new Uint8Array([1]) }
    const id = '0197c2aa-1111-7222-8333-4444deadbeef'
    const byHand = toRequest(draft({ file, evidence: [' https://a.example/1 ', ''] }), classes, 'r')
    expect(byHand).toMatchObject({
      rows: [{ amount: 1000n }],
      fileName: '',
      evidenceUrls: ['https://a.example/1'],
    })
    expect(byHand.content).toHaveLength(0)
    expect(toRequest(draft({ file, source: 'file' }), classes, 'r')).toMatchObject({
      rows: [],
      fileName: 'grants.csv',
      content: file.content,
    })
    const reversal = toRequest(
      draft({ kind: 'BOOKING_KIND_REVERSAL', file, source: 'file', reversed: id }),
      classes,
      'r',
    )
    expect(reversal).toMatchObject({
      rows: [],
      fileName: '',
      reversedTransaction: `creditTransactions/${id}`,
    })
    expect(reversal.content).toHaveLength(0)
  })

  test('finds the transaction in what was pasted', () => {
    const id = '0197c2aa-1111-7222-8333-4444deadbeef'
    const name = `creditTransactions/${id}`
    for (const typed of [id, name, `https://f.example/credits/transactions/${id}?x=1`, id.toUpperCase()]) {
      expect(transactionNameIn(typed)).toBe(name)
    }
    expect(transactionNameIn('0197c2aa')).toBe('')
  })

  test.each([
    ['', undefined],
    ['https://docs.example/decision?id=17', undefined],
    ['http://docs.example', 'An address that begins with https://'],
    ['https://', 'An address that begins with https://'],
    ['https:///x', 'An address that begins with https://'],
  ])('evidence %j', (url, problem) => {
    expect(evidenceProblem(url)).toBe(problem)
  })

  test('puts what the server found beside its row and column', () => {
    const violations = [{ field: 'rows[1].amount', description: 'Too much.' }]
    expect(serverRowProblem(violations, 1, 'amount')).toBe('Too much.')
    expect(serverRowProblem(violations, 0, 'amount')).toBeUndefined()
  })

  test('begins a file with the header that the server asks for, in the decimals of the class', () => {
    const [header, example] = templateOf('BOOKING_KIND_ADJUSTMENT', classes[0]).split('\r\n')
    expect(header).toBe('organization,credit_class,amount,reference')
    expect(example).toBe('survey-institute,compute,-1000.00,Grant 2026-17')
  })
})

describe('what a row does', () => {
  test('a reduction takes, and what is missing is told', () => {
    const taken = { amount: 500n, available: 300n }
    expect(signedAmount(taken, 'BOOKING_KIND_REDUCTION')).toBe(-500n)
    expect(shortfall(taken, 'BOOKING_KIND_REDUCTION')).toBe(200n)
    expect(shortfall(taken, 'BOOKING_KIND_AWARD')).toBe(0n)
    expect(shortfall({ amount: -301n, available: 300n }, 'BOOKING_KIND_ADJUSTMENT')).toBe(1n)
  })
})
