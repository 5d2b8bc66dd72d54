import { CARD_LENGTH, type CardValue } from './card.ts'

/** One card in fixed format (FITS 4.0, section 4.2); a comment that does not fit is cut off. */
export function formatCard(keyword: string, value: CardValue, comment = ''): string {
  const field = typeof value === 'string' ? formatString(value).padEnd(20) : formatValue(value).padStart(20)
  const card = `${keyword.padEnd(8)}= ${field}`
  return (comment === '' ? card : `${card} / ${asciiOnly(comment)}`).padEnd(CARD_LENGTH).slice(0, CARD_LENGTH)
}

/** HISTORY or COMMENT cards for a text of any length, broken at blanks where it can be. */
export function formatCommentary(keyword: 'HISTORY' | 'COMMENT', text: string): string[] {
  const room = CARD_LENGTH - 8
  const cards: string[] = []
  let rest = asciiOnly(text).trim()
  while (rest.length > 0) {
    let end = rest.length <= room ? rest.length : rest.lastIndexOf(' ', room)
    if (end <= 0) end = room
    cards.push(`${keyword.padEnd(8)}${rest.slice(0, end)}`.padEnd(CARD_LENGTH))
    rest = rest.slice(end).trimStart()
  }
  return cards
}

function formatValue(value: number | bigint | boolean): string {
  if (typeof value === 'boolean') return value ? 'T' : 'F'
  // The shortest decimal that reads back as the same number; E, not e, is the standard's letter.
  return String(value).replace('e+', 'E').replace('e', 'E')
}

function formatString(value: string): string {
  const room = CARD_LENGTH - 12
  let quoted = asciiOnly(value).replaceAll("'", "''")
  if (quoted.length > room) quoted = quoted.slice(0, room).replace(/(^|[^'])('')*'$/, '$1$2')
  return `'${quoted.padEnd(8)}'`
}

function asciiOnly(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
