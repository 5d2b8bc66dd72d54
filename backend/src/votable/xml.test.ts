import { describe, expect, test } from 'vitest'
import { element, xmlDocument, xmlText } from './xml.ts'

const body = (root: Parameters<typeof xmlDocument>[0]) =>
  xmlDocument(root).replace('<?xml version="1.0" encoding="UTF-8"?>\n', '').trimEnd()

describe('an XML document', () => {
  test.each([
    ['markup', `<a href="x">&'</a>`, '&lt;a href=&quot;x&quot;&gt;&amp;&apos;&lt;/a&gt;'],
    ['what looks escaped already', '&amp;', '&amp;amp;'],
    ['the end of a CDATA section', ']]>', ']]&gt;'],
    ['line ends and tabs', 'a\r\n\tb', 'a&#13;&#10;&#9;b'],
    ['control characters', 'a\u0000b\u001Bc', 'a\uFFFDb\uFFFDc'],
    ['half a character', 'a\uD83D', 'a\uFFFD'],
    ['a character beyond the first plane', '\u{1F52D}', '\u{1F52D}'],
    ['non-characters', '\uFFFE\uFFFF', '\uFFFD\uFFFD'],
  ])('carries %s in text and in attributes', (_what, text, escaped) => {
    expect(body(element('x', {}, text))).toBe(`<x>${escaped}</x>`)
    expect(body(element('x', { a: text }))).toBe(`<x a="${escaped}"/>`)
  })

  test('keeps the order of elements, and leaves out what is undefined', () => {
    const root = element(
      'r',
      { a: 1, b: undefined, c: false },
      element('y'),
      undefined,
      element('x', {}, 't'),
      element('y'),
    )
    expect(body(root)).toBe('<r a="1" c="false"><y/><x>t</x><y/></r>')
  })

  test('refuses a name that is none', () => {
    expect(() => xmlDocument(element('a b'))).toThrow('is not a name')
    expect(() => xmlDocument(element('a', { '"': 'x' }))).toThrow('is not a name')
  })
})

test('text that XML can carry is left as it is', () => {
  const text = 'Größe \t\r\n 銀河 \u{1F52D}'
  expect(xmlText(text)).toBe(text)
})
