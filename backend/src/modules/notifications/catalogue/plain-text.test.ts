import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BODY_MAX_CHARACTERS, plainLine, plainText, TITLE_MAX_CHARACTERS } from './plain-text.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 6_000 })

describe('a line', () => {
  test.each([
    ['line breaks become spaces', 'one\r\ntwo\nthree\u2028four', 'one two three four'],
    ['a header cannot be smuggled in', 'Done\r\nBcc: all@example.org', 'Done Bcc: all@example.org'],
    ['controls are gone', 'a\u0000b\u001b[31mc\u009fd', 'ab[31mcd'],
    ['the direction cannot be turned', 'file\u202egpj.exe', 'filegpj.exe'],
    ['markup stays as it is written', '<b>&amp;{{x}}</b>', '<b>&amp;{{x}}</b>'],
    ['spaces collapse', '  a \t  b ', 'a b'],
    ['half of a character is replaced', 'a\ud83d', 'a\ufffd'],
  ])('%s', (_name, text, line) => {
    expect(plainLine(text)).toBe(line)
  })

  test('is cut before a character that would not fit, never within it', () => {
    const family = '👨‍👩‍👧‍👦'
    const line = plainLine(family.repeat(40), 30)
    expect(line).toBe(`${family.repeat(2)}…`)
  })

  test('has no controls and is short enough, whatever it is made of', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = plainLine(text)
        expect(line.length).toBeLessThanOrEqual(TITLE_MAX_CHARACTERS)
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
        expect(line.isWellFormed()).toBe(true)
        expect(plainLine(line)).toBe(line)
      }),
    )
  })
})

describe('a text', () => {
  test('keeps its lines, and at most one empty one between them', () => {
    expect(plainText('a  \r\n\r\n\r\n\r\nb\u0007\n')).toBe('a\n\nb')
  })

  test('has no other controls and is short enough, whatever it is made of', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = plainText(text)
        expect(plain.length).toBeLessThanOrEqual(BODY_MAX_CHARACTERS)
        expect(plain.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
        expect(plain.isWellFormed()).toBe(true)
      }),
    )
  })
})
