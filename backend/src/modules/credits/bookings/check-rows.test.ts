import { describe, expect, test } from 'vitest'
import type { CreditClassRecord } from '../ledger/index.ts'
import { checkRows, type RawRow } from './check-rows.ts'
import { decimalAmount } from './decimal-amount.ts'

const creditClass = (code: string, rest: Partial<CreditClassRecord> = {}): CreditClassRecord => ({
  id: `id of ${code}`,
  code,
  displayName: code,
  unit: 'credit',
  decimals: 2,
  validityYear: undefined,
  expireTime: undefined,
  expired: false,
  state: 'ACTIVE',
  description: '',
  createTime: new Date(0),
  ...rest,
})
const known = {
  organizations: new Map([
    ['lab', 'id of lab'],
    ['institute', 'id of institute'],
  ]),
  classes: new Map(
    [
      creditClass('cpu'),
      creditClass('whole', { decimals: 0 }),
      creditClass('old', { expired: true }),
      creditClass('shut', { state: 'CLOSED' }),
    ].map((each) => [each.code, each]),
  ),
}
const raw = (line: number, amount: string, rest: Partial<RawRow> = {}): RawRow => ({
  line,
  organization: 'lab',
  creditClass: 'cpu',
  amount: (decimals) => decimalAmount(amount, decimals),
  reference: `row ${line}`,
  ...rest,
})

describe('an amount', () => {
  test.each([
    ['1', 2, 100n],
    ['0.01', 2, 1n],
    ['1234.5', 2, 123_450n],
    ['-7', 0, -7n],
    ['000012.30', 2, 1230n],
    ['10000000000000', 2, 10n ** 15n],
    ['0.000001', 6, 1n],
  ])('%s of a class with %i decimals is %s', (text, decimals, amount) => {
    expect(decimalAmount(text, decimals)).toEqual({ amount })
  })

  test.each([
    ['', 2, /missing/],
    ['0', 2, /not be 0/],
    ['0.00', 2, /not be 0/],
    ['-0', 2, /not be 0/],
    ['1.005', 2, /3 decimals; this class has at most 2/],
    ['1.5', 0, /1 decimals; this class has none/],
    ['1,000', 2, /without spaces or commas/],
    ['1 000', 2, /without spaces or commas/],
    ['1e3', 2, /decimal number/],
    ['+5', 2, /decimal number/],
    ['.5', 2, /decimal number/],
    ['5.', 2, /decimal number/],
    ['0x10', 2, /decimal number/],
    ['NaN', 2, /decimal number/],
    ['Infinity', 2, /decimal number/],
    ['١٢', 2, /decimal number/],
    ['=1+1', 2, /decimal number/],
    ['--1', 2, /decimal number/],
    ['10000000000000.01', 2, /at most 10000000000000.00/],
    ['9223372036854775808', 0, /at most 1000000000000000\./],
    ['92233720368547758.08', 2, /at most/],
    ['9'.repeat(9_000), 2, /at most/],
  ])('%.30s of a class with %i decimals is refused', (text, decimals, problem) => {
    expect(decimalAmount(text, decimals)).toEqual({ problem: expect.stringMatching(problem) })
  })
})

describe('rows', () => {
  test('that are right are summed by class', () => {
    const { rows, totals, errors } = checkRows(
      'ISSUANCE',
      [raw(2, '1.50'), raw(3, '3', { creditClass: 'whole' }), raw(4, '0.25', { organization: 'institute' })],
      known,
    )
    expect(errors).toEqual([])
    expect(rows[2]).toEqual({
      line: 4,
      organizationId: 'id of institute',
      classId: 'id of cpu',
      amount: 25n,
      reference: 'row 4',
    })
    expect(totals).toEqual([
      { classCode: 'cpu', amount: 175n, rowCount: 2 },
      { classCode: 'whole', amount: 3n, rowCount: 1 },
    ])
  })

  test.each([
    ['an organisation that there is not', { organization: 'nobody' }, 'organization', /“nobody”/],
    ['no organisation', { organization: '' }, 'organization', /missing/],
    ['a class that there is not', { creditClass: 'gold' }, 'credit_class', /“gold”/],
    ['an expired class', { creditClass: 'old' }, 'credit_class', /expired/],
    ['a closed class', { creditClass: 'shut' }, 'credit_class', /closed/],
    ['a reference that is too long', { reference: 'x'.repeat(201) }, 'reference', /201 characters/],
    ['a reference of two lines', { reference: 'a\nb' }, 'reference', /line breaks/],
    ['a reference with U+0000', { reference: 'a\u0000' }, 'reference', /control characters/],
  ])('with %s are told', (_what, rest, column, message) => {
    const { rows, errors } = checkRows('ISSUANCE', [raw(2, '1', rest), raw(3, '1')], known)
    expect(errors).toEqual([{ line: 2, column, message: expect.stringMatching(message) }])
    expect(rows.map(({ line }) => line)).toEqual([3])
  })

  test('with several things wrong are told of each', () => {
    const wrong = raw(2, 'x', { organization: 'nobody', creditClass: 'gold', reference: '\u0007' })
    expect(checkRows('AWARD', [wrong], known).errors.map(({ column }) => column)).toEqual([
      'organization',
      'credit_class',
      'amount',
      'reference',
    ])
  })

  test.each(['ISSUANCE', 'AWARD', 'REDUCTION'] as const)('of %s cannot be negative', (kind) => {
    expect(checkRows(kind, [raw(2, '-1')], known).errors).toEqual([
      { line: 2, column: 'amount', message: expect.stringMatching(/more than 0/) },
    ])
  })

  test('of an adjustment can, and they and reductions are of any class', () => {
    const minus = raw(2, '-1', { creditClass: 'old' })
    expect(checkRows('ADJUSTMENT', [minus], known).errors).toEqual([])
    expect(checkRows('REDUCTION', [raw(2, '1', { creditClass: 'shut' })], known).errors).toEqual([])
  })

  test('that repeat another one are told, and the first one is not', () => {
    const same = { reference: 'invoice 7' }
    const { rows, errors } = checkRows('ISSUANCE', [raw(2, '1', same), raw(3, '2', same), raw(4, '2')], known)
    expect(errors).toEqual([{ line: 3, column: '', message: expect.stringMatching(/^Line 2 has the same/) }])
    expect(rows.map(({ line }) => line)).toEqual([2, 4])
  })

  test('are refused from where their sum is more than 2^63 - 1', () => {
    const largest = Array.from({ length: 9_224 }, (_, index) => raw(index + 2, '10000000000000'))
    const { errors, totals } = checkRows('ISSUANCE', largest, known)
    expect(errors).toEqual([{ line: 9_225, column: 'amount', message: expect.stringMatching(/sum to more/) }])
    expect(totals[0]?.amount).toBe(9_223n * 10n ** 15n)
  })

  test('are not taken for what objects have', () => {
    const wrong = raw(2, '1', { organization: '__proto__', creditClass: 'constructor' })
    expect(checkRows('ISSUANCE', [wrong], known).errors).toHaveLength(2)
  })
})
