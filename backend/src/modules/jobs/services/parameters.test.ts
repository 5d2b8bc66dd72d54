import { describe, expect, it } from 'vitest'
import type { ParameterSchema } from './job-service.ts'
import { checkParameters, missingParameters, parseInterval } from './parameters.ts'

const schema: readonly ParameterSchema[] = [
  { name: 'ID', description: 'The image.', kind: 'DATASET', required: true, repeated: true, maxCount: 2 },
  { name: 'CIRCLE', description: 'A circle.', kind: 'CIRCLE', oneOf: 'a region' },
  { name: 'POS', description: 'A position.', kind: 'POSITION', oneOf: 'a region' },
  { name: 'BAND', description: 'A band.', kind: 'INTERVAL', unit: 'm', minimum: 1, maximum: 5 },
  { name: 'SINCE', description: 'A time.', kind: 'TIME' },
  { name: 'NOTE', description: 'A note.', kind: 'STRING', maxLength: 5 },
  { name: 'WIDTH', description: 'The width.', kind: 'NUMBER', required: true, defaultValue: '10' },
]
const given = (...pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([name, value]) => ({ name, value }))
const complete = [
  ['ID', 'm51'],
  ['CIRCLE', '1 2 3'],
] as const

describe('checkParameters', () => {
  it('gives values by name, trimmed and with their place, and the defaults of the others', () => {
    const parameters = checkParameters(schema, given(['ID', ' m51 '], ['CIRCLE', '1 2 3'], ['ID', 'm52']))
    expect(parameters.all('ID')).toEqual([
      { value: 'm51', field: 'parameters[0]' },
      { value: 'm52', field: 'parameters[2]' },
    ])
    expect(parameters.number('WIDTH')).toBe(10)
    expect(parameters.one('NOTE')).toBeUndefined()
  })

  it.each([
    ['a value too many', ['ID', 'c'], /^MultiValuedParamNotSupported: ID may be given 2 times/],
    [
      'a second value of what has one',
      ['CIRCLE', '4 5 6'],
      /^MultiValuedParamNotSupported: CIRCLE may be given once/,
    ],
    ['a value too long', ['NOTE', 'sixsix'], /at most 5 characters, and has 6/],
    ['an empty value', ['NOTE', ' '], /must not be empty/],
    ['an unknown name', ['POL', 'I'], /POL is not a parameter of this service; it takes ID, CIRCLE/],
    [
      'a time without its offset',
      ['SINCE', '2026-11-21T00:00'],
      /^SINCE must be a date and time with its offset/,
    ],
    ['a day that is none', ['SINCE', '2026-13-21T00:00Z'], /with its offset/],
    ['a date alone', ['SINCE', '2026-11-21'], /with its offset/],
    ['an interval of one number', ['BAND', '2'], /"lower upper"/],
    ['an interval that is turned round', ['BAND', '3 2'], /lower end first/],
    ['an interval below the minimum', ['BAND', '0.1 0.2'], /reach up to 1 m/],
    ['an interval above the maximum', ['BAND', '6 +Inf'], /begin at 5 m/],
  ] as const)('refuses %s by its field', (_what, extra, description) => {
    const parameters = given(['ID', 'a'], ['ID', 'b'], ['CIRCLE', '1 2 3'], extra)
    expect(() => checkParameters(schema, parameters)).toThrow(
      expect.objectContaining({
        violations: [{ field: 'parameters[3]', description: expect.stringMatching(description) }],
      }),
    )
  })

  it.each(['2026-11-21T08:30Z', '2026-11-21 09:30:00.000+01:00', ' 2026-11-21t08:30:00z '])(
    'takes the time %s',
    (value) => {
      const parameters = checkParameters(schema, given(...complete, ['SINCE', value]))
      expect(parameters.time('SINCE')?.toISOString()).toBe('2026-11-21T08:30:00.000Z')
      expect(parameters.time('UNTIL')).toBeUndefined()
    },
  )

  it.each(['2 3', '2 2', '-Inf 3', '4 +Inf', '-inf inf', '0.5 1', '1e-3,2E0'])(
    'takes the interval %s',
    (value) => {
      expect(checkParameters(schema, given(...complete, ['BAND', value])).one('BAND')?.value).toBe(value)
    },
  )
})

describe('missingParameters', () => {
  it.each([
    [[], ['ID is required', 'a region is required: give at least one of CIRCLE, POS']],
    [[['ID', 'm51']], ['a region is required: give at least one of CIRCLE, POS']],
    [[['POS', 'CIRCLE 1 2 3']], ['ID is required']],
    [complete, []],
  ] as const)('tells of %j what a job still needs: %j', (pairs, missing) => {
    expect(missingParameters(schema, given(...pairs))).toEqual(missing)
  })
})

describe('parseInterval', () => {
  it.each([
    ['1 2', { lower: 1, upper: 2 }],
    ['  -Inf   5e-7 ', { lower: Number.NEGATIVE_INFINITY, upper: 5e-7 }],
    ['.5 +Infinity', { lower: 0.5, upper: Number.POSITIVE_INFINITY }],
    ['1', undefined],
    ['1 2 3', undefined],
    ['1 0x10', undefined],
    ['NaN 1', undefined],
    ['', undefined],
  ])('reads %j', (text, interval) => {
    expect(parseInterval(text)).toEqual(interval)
  })
})
