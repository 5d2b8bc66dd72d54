/* Texts of notifications are plain: what comes out of here has nothing in it that a terminal, a mail header or a
   bidirectional layout would obey, and is no longer than may be stored. Whoever shows it as HTML escapes it. */

export const TITLE_MAX_CHARACTERS = 200
export const BODY_MAX_CHARACTERS = 4_000

/** Line and paragraph separators of every kind. */
const LINE_BREAKS = /\r\n?|[\n\v\f\u0085\u2028\u2029]/gu
/** Control characters; overrides and isolates that turn the direction of what follows; a byte order mark. */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu
const CONTROLS_BUT_LINE_BREAK = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** One line. */
export function plainLine(text: string, maxCharacters = TITLE_MAX_CHARACTERS): string {
  const line = text
    .toWellFormed()
    .replace(LINE_BREAKS, ' ')
    .replace(/\t/gu, ' ')
    .replace(CONTROLS, '')
    .replace(/\s+/gu, ' ')
    .trim()
  return cutOff(line, maxCharacters)
}

/** Lines are kept, two empty ones in a row are not. */
export function plainText(text: string, maxCharacters = BODY_MAX_CHARACTERS): string {
  const lines = text
    .toWellFormed()
    .replace(LINE_BREAKS, '\n')
    .replace(/\t/gu, ' ')
    .replace(CONTROLS_BUT_LINE_BREAK, '')
    .replace(/[^\S\n]+\n/gu, '\n')
    .replace(/\n{3,}/gu, '\n\n')
    .trim()
  return cutOff(lines, maxCharacters)
}

/** At most so many UTF-16 units, an ellipsis among them, and no character of several code points cut in two. */
function cutOff(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text
  const room = maxCharacters - 1
  let end = 0
  // One grapheme more than fits is looked at: of a longer text no more is read.
  for (const { segment, index } of graphemes.segment(text.slice(0, maxCharacters + 64))) {
    if (index + segment.length > room) break
    end = index + segment.length
  }
  return `${text.slice(0, end).trimEnd()}…`
}
