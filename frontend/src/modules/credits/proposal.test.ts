import { describe, expect, test } from 'vitest'
import {
  checkDraft,
  type Draft,
  draftFromAddress,
  type ProposalContext,
  problemsFromServer,
} from './proposal'

const context: ProposalContext = {
  creditClasses: [
    {
      name: 'creditClasses/compute-2026',
      displayName: 'Compute 2026',
      unit: 'credit',
      decimals: 2,
      validityYear: 2026,
      state: 'CREDIT_CLASS_STATE_ACTIVE',
      expireTime: new Date('2027-01-01T00:00:00Z'),
      expired: false,
      description: '',
    },
  ],
  declarations: [
    { name: 'creditDeclarations/1', text: 'I may sign.' },
    { name: 'creditDeclarations/2', text: 'It is true.' },
  ],
  available: 100_000n,
  today: '2026-11-21',
}

const draft: Draft = {
  ...draftFromAddress(new URLSearchParams('partner=lab&class=compute-2026')),
  amount: '1,000',
  price: '0.035',
  agreed: ['creditDeclarations/2', 'creditDeclarations/1'],
}

const problemsOf = (changed: Partial<Draft>, changedContext: Partial<ProposalContext> = {}) =>
  checkDraft({ ...draft, ...changed }, { ...context, ...changedContext }).problems

describe('checkDraft', () => {
  test('reads a proposal that is right, exactly', () => {
    const attachments = [
      { displayName: ' Contract ', url: ' https://example.org/contract.pdf ' },
      { displayName: '', url: ' ' },
    ]
    expect(checkDraft({ ...draft, attachments, comment: ' As agreed. ' }, context)).toEqual({
      problems: undefined,
      proposal: {
        direction: 'TRANSFER_DIRECTION_SELL',
        partner: 'organizations/lab',
        creditClass: 'creditClasses/compute-2026',
        amount: 100_000n,
        pricePerCreditMicros: 35_000n,
        currencyCode: 'EUR',
        category: 'TRADE_CATEGORY_SALE',
        effectiveDate: '',
        expireTime: new Date('2026-12-22T00:00:00Z'),
        attachments: [
          {
            displayName: 'Contract',
            url: 'https://example.org/contract.pdf',
            file: '',
            fileVersion: 0,
            sizeBytes: 0n,
            sha256: '',
          },
        ],
        declarations: ['creditDeclarations/1', 'creditDeclarations/2'],
        comment: 'As agreed.',
      },
    })
  })

  test('a gift has neither price nor currency', () => {
    const checked = checkDraft({ ...draft, category: 'TRADE_CATEGORY_GIFT', price: '7' }, context)
    expect(checked.proposal).toMatchObject({ pricePerCreditMicros: 0n, currencyCode: '' })
  })

  test.each<[string, Partial<Draft>, string, string]>([
    ['no partner', { partner: '' }, 'partner', 'Choose an organisation.'],
    ['no class', { creditClass: '' }, 'creditClass', 'Choose a class.'],
    ['no amount', { amount: '' }, 'amount', 'Enter an amount.'],
    ['fractions of the smallest unit', { amount: '1.001' }, 'amount', 'At most 2 decimals.'],
    ['more than is available', { amount: '1000.01' }, 'amount', 'Only 1,000.00 are available.'],
    ['no price', { price: '' }, 'price', 'Enter a price; 0 for a gift.'],
    ['a price in nothing', { currency: '' }, 'currency', 'Choose a currency.'],
    ['yesterday', { effectiveDate: '2026-11-20' }, 'effectiveDate', 'Today or later, in UTC.'],
    ['no day', { effectiveDate: '2026-02-30' }, 'effectiveDate', 'This is not a day.'],
    ['an expiry that has passed', { lastDay: '2026-11-20' }, 'lastDay', 'Today or later, in UTC.'],
    ['an expiry too far ahead', { lastDay: '2027-11-21' }, 'lastDay', 'At most a year from now.'],
    [
      'a declaration left out',
      { agreed: ['creditDeclarations/1'] },
      'agreed',
      'Agree to each of them to propose.',
    ],
    [
      'an insecure attachment',
      { attachments: [{ displayName: 'x', url: 'http://example.org/' }] },
      'attachments[0].url',
      'An address that begins with https://',
    ],
    [
      'an attachment without a name',
      { attachments: [{ displayName: '', url: 'https://example.org/' }] },
      'attachments[0].displayName',
      'Give it a name.',
    ],
  ])('tells of %s', (_, changed, field, problem) => {
    expect(problemsOf(changed)).toEqual({ [field]: problem })
  })

  test('to buy, one needs no credits', () => {
    const buy = { direction: 'TRANSFER_DIRECTION_BUY', amount: '5000' } as const
    expect(problemsOf(buy, { available: 0n })).toBeUndefined()
  })

  test('what is available is not held against anyone while it is not known', () => {
    expect(problemsOf({ amount: '5000' }, { available: undefined })).toBeUndefined()
  })

  test('tells of everything at once', () => {
    const empty = draftFromAddress(new URLSearchParams())
    expect(Object.keys(checkDraft(empty, context).problems ?? {}).sort()).toEqual([
      'agreed',
      'creditClass',
      'partner',
      'price',
    ])
  })
})

test('what the server says of a field of the request is shown at the field of the form', () => {
  expect(
    problemsFromServer([
      { field: 'expire_time', description: 'must be later' },
      { field: 'price_per_credit_micros', description: 'is 0 for a gift' },
      { field: 'attachments[1].display_name', description: 'is too long' },
      { field: 'declarations[0]', description: 'is of another text' },
      { field: 'parent', description: 'is strange' },
    ]),
  ).toEqual({
    problems: {
      lastDay: 'This day must be later',
      price: 'This price is 0 for a gift',
      'attachments[1].displayName': 'Is too long',
      agreed: 'Is of another text',
    },
    others: ['is strange'],
  })
})

test('an address opens the form with what it says', () => {
  expect(
    draftFromAddress(new URLSearchParams('direction=buy&class=compute-2026&partner=../x')),
  ).toMatchObject({
    direction: 'TRANSFER_DIRECTION_BUY',
    creditClass: 'creditClasses/compute-2026',
    partner: '',
  })
})
