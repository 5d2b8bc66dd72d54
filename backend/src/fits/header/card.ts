/** A keyword's value: FITS integers and reals are both numbers; integers beyond 2^53 are bigints. */
export type CardValue = string | number | bigint | boolean

/** One 80-character record of a header (FITS 4.0, section 4.1). */
export interface Card {
  keyword: string
  /** Unset for commentary cards, for an undefined value and for one that this reader does not take (complex). */
  value?: CardValue
  comment: string
  /** The 80 characters as they stand in the file. */
  image: string
}

export const CARD_LENGTH = 80

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([EeDd][+-]?\d+)?$/
const INTEGER = /^[+-]?\d+$/
const HIERARCH = /^HIERARCH\s+([^=]+?)\s*=\s?(.*)$/

export function parseCard(image: string): Card {
  const keyword = image.slice(0, 8).trimEnd()
  if (keyword === 'HIERARCH') {
    const match = HIERARCH.exec(image)
    if (match?.[1] !== undefined && match[2] !== undefined) {
      return { keyword: `HIERARCH ${match[1].replace(/\s+/g, ' ')}`, image, ...parseValue(match[2]) }
    }
  }
  if (keyword === 'CONTINUE') return { keyword, image, ...parseValue(image.slice(8)) }
  if (image.slice(8, 10) === '= ' && keyword !== 'COMMENT' && keyword !== 'HISTORY' && keyword !== '') {
    return { keyword, image, ...parseValue(image.slice(10)) }
  }
  return { keyword, image, comment: image.slice(8).trimEnd() }
}

interface ParsedValue {
  value?: CardValue
  comment: string
}

function parseValue(field: string): ParsedValue {
  const text = field.trimStart()
  if (text.startsWith("'")) return parseString(text)
  const slash = text.indexOf('/')
  const comment = slash < 0 ? '' : text.slice(slash + 1).trim()
  const token = (slash < 0 ? text : text.slice(0, slash)).trim()
  if (token === 'T') return { value: true, comment }
  if (token === 'F') return { value: false, comment }
  if (!NUMBER.test(token)) return { comment }
  const value = Number(token.replace(/[Dd]/, 'E'))
  if (INTEGER.test(token) && !Number.isSafeInteger(value))
    return { value: BigInt(token.replace(/^\+/, '')), comment }
  return { value, comment }
}

function parseString(text: string): ParsedValue {
  let value = ''
  let at = 1
  for (; at < text.length; at++) {
    if (text[at] !== "'") value += text[at]
    else if (text[at + 1] === "'") {
      value += "'"
      at++
    } else break
  }
  const rest = text.slice(at + 1)
  const slash = rest.indexOf('/')
  // Trailing blanks of a string are not significant, leading ones are (section 4.2.1).
  return { value: value.trimEnd(), comment: slash < 0 ? '' : rest.slice(slash + 1).trim() }
}
