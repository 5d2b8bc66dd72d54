import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CardValue, parseCard } from './card.ts'
import { formatCard, formatCommentary } from './format-card.ts'
import { FitsHeader } from './header.ts'

describe('parseCard', () => {
  const cases: [card: string, keyword: string, value: CardValue | undefined, comment: string][] = [
    ['NAXIS1  =                  891 /FITS: X Dimension', 'NAXIS1', 891, 'FITS: X Dimension'],
    ['SIMPLE  =                    T', 'SIMPLE', true, ''],
    ['EXTEND  =                    F / none', 'EXTEND', false, 'none'],
    ['CRVAL1  =                   0.', 'CRVAL1', 0, ''],
    ['CDELT1  =            -.5', 'CDELT1', -0.5, ''],
    ['EXPTIME = 1.25D-3 / double', 'EXPTIME', 0.00125, 'double'],
    ['PLATE   = +7.5E+02', 'PLATE', 750, ''],
    ["OBJECT  = 'O''Hara  '          / who", 'OBJECT', "O'Hara", 'who'],
    ["SLASH   = 'a / b'", 'SLASH', 'a / b', ''],
    ["EMPTY   = ''", 'EMPTY', '', ''],
    ["LEADING = '  two'", 'LEADING', '  two', ''],
    ['UNDEF   =                      / nothing', 'UNDEF', undefined, 'nothing'],
    ['COMPLEX = (1.0, 2.0)', 'COMPLEX', undefined, ''],
    ['BIG     = 9223372036854775807', 'BIG', 9223372036854775807n, ''],
    ['COMMENT = not a value', 'COMMENT', undefined, '= not a value'],
    ['HISTORY made / by hand', 'HISTORY', undefined, 'made / by hand'],
    ['HIERARCH ESO DET CHIP1 NX = 2048 / pixels', 'HIERARCH ESO DET CHIP1 NX', 2048, 'pixels'],
    ["HIERARCH ESO OBS NAME= 'x'", 'HIERARCH ESO OBS NAME', 'x', ''],
    ['NOVALUE  no equals sign', 'NOVALUE', undefined, ' no equals sign'],
    ['', '', undefined, ''],
  ]
  test.each(cases)('reads %j', (card, keyword, value, comment) => {
    const parsed = parseCard(card.padEnd(80))
    expect(parsed).toMatchObject({ keyword, comment })
    expect(parsed.value).toBe(value)
  })

  test('reads back every number, string and logical that formatCard writes', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.string({ unit: 'grapheme-ascii', maxLength: 30 }).map((text) => text.trimEnd()),
    )
    fc.assert(
      fc.property(value, (written) => {
        const card = formatCard('KEY', written, 'a comment')
        expect(card).toHaveLength(80)
        expect(parseCard(card).value).toBe(written)
      }),
    )
  })
})

describe('formatCommentary', () => {
  test('breaks a long text at blanks into cards of 80 characters and keeps all of it', () => {
    const text = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ')
    const cards = formatCommentary('HISTORY', text)
    expect(cards.every((card) => card.length === 80 && card.startsWith('HISTORY '))).toBe(true)
    expect(cards.map((card) => card.slice(8).trimEnd()).join(' ')).toBe(text)
  })

  test('breaks a word longer than a card and replaces what is not ASCII', () => {
    const cards = formatCommentary('HISTORY', `${'x'.repeat(100)}é`)
    expect(cards.map((card) => card.slice(8).trimEnd()).join('')).toBe(`${'x'.repeat(100)}?`)
  })
})

describe('FitsHeader', () => {
  test('joins a string that goes on in CONTINUE cards', () => {
    const header = FitsHeader.fromCards([
      "LONG    = 'one &'  / first",
      "CONTINUE  'two &'",
      "CONTINUE  'three'  / last",
      'NEXT    = 1',
    ])
    expect(header.get('LONG')).toBe('one two three')
    expect(header.get('NEXT')).toBe(1)
    expect(header.images()).toHaveLength(4)
  })

  test('takes the first of duplicate keywords', () => {
    expect(FitsHeader.fromCards(['A       = 1', 'A       = 2']).get('A')).toBe(1)
  })

  test('refuses a keyword that should be a number and is not', () => {
    const header = FitsHeader.fromCards(["CRVAL1  = 'north'", 'CRVAL2  = T'])
    expect(() => header.number('CRVAL1')).toThrow(expect.objectContaining({ reason: 'BAD_HEADER' }))
    expect(() => header.number('CRVAL2')).toThrow(/CRVAL2 must be a finite number/)
    expect(header.number('CRVAL3')).toBeUndefined()
  })
})
