import { FitsError } from '../fits-error.ts'
import { CARD_LENGTH, type Card, type CardValue, parseCard } from './card.ts'

/** Whatever can be asked for a keyword's value: a FitsHeader, or a Map. */
export interface KeywordReader {
  get(keyword: string): CardValue | undefined
}

/** The cards of one header, END excluded. Of a duplicate keyword the first card counts, as in CFITSIO. */
export class FitsHeader implements KeywordReader {
  readonly cards: readonly Card[]
  readonly #first = new Map<string, Card>()

  constructor(cards: readonly Card[]) {
    this.cards = joinContinued(cards)
    for (const card of this.cards) {
      if (card.value !== undefined && !this.#first.has(card.keyword)) this.#first.set(card.keyword, card)
    }
  }

  /** From cards of at most 80 characters, such as those of a stored dataset. */
  static fromCards(images: readonly string[]): FitsHeader {
    return new FitsHeader(images.map((image) => parseCard(image.padEnd(CARD_LENGTH))))
  }

  get(keyword: string): CardValue | undefined {
    return this.#first.get(keyword)?.value
  }

  has(keyword: string): boolean {
    return this.#first.has(keyword)
  }

  string(keyword: string): string | undefined {
    const value = this.get(keyword)
    return typeof value === 'string' ? value : undefined
  }

  /** A number, or undefined where the keyword is absent. Another kind of value is BAD_HEADER. */
  number(keyword: string): number | undefined {
    return numberOf(this, keyword)
  }

  /** The cards as they stand in the file, 80 characters each, END excluded. */
  images(): string[] {
    return this.cards.map((card) => card.image)
  }
}

/** A keyword's number; a string that holds one counts too, as old writers made them. */
export function numberOf(header: KeywordReader, keyword: string): number | undefined {
  const value = header.get(keyword)
  if (value === undefined) return undefined
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'boolean' || typeof number === 'string' || !Number.isFinite(Number(number))) {
    throw new FitsError(
      'BAD_HEADER',
      `${keyword} must be a finite number, not ${JSON.stringify(String(value))}. Correct the header.`,
    )
  }
  return Number(number)
}

/** Long strings (section 4.2.1.2): a value that ends in & goes on in the CONTINUE cards that follow. */
function joinContinued(cards: readonly Card[]): Card[] {
  const joined: Card[] = []
  let open: Card | undefined
  for (const card of cards) {
    if (
      open &&
      card.keyword === 'CONTINUE' &&
      typeof card.value === 'string' &&
      typeof open.value === 'string'
    ) {
      open.value = open.value.slice(0, -1) + card.value
      if (card.comment !== '') open.comment = `${open.comment} ${card.comment}`.trim()
      joined.push({ keyword: 'CONTINUE', comment: '', image: card.image })
      if (!card.value.endsWith('&')) open = undefined
      continue
    }
    const copy = { ...card }
    joined.push(copy)
    open = typeof copy.value === 'string' && copy.value.endsWith('&') ? copy : undefined
  }
  return joined
}
