import { CARD_LENGTH } from '../header/card.ts'
import { formatCard } from '../header/format-card.ts'
import { BLOCK_BYTES } from '../header/read-header.ts'
import { encodeChecksum, OnesComplementSum } from './checksum.ts'

/** CHECKSUM, DATASUM and END come on top of the caller's cards. */
const ADDED_CARDS = 3

/** Size of the header that encodeHeader makes, which the checksums do not change. */
export function encodedHeaderBytes(cardCount: number): number {
  return Math.ceil(((cardCount + ADDED_CARDS) * CARD_LENGTH) / BLOCK_BYTES) * BLOCK_BYTES
}

/** A header of whole blocks, with DATASUM and CHECKSUM for data whose sum is known. */
export function encodeHeader(cards: readonly string[], dataSum: number): Uint8Array {
  const dataCard = formatCard('DATASUM', String(dataSum), 'data unit checksum')
  const bytesWith = (checksum: string): Uint8Array => {
    const all = [...cards, formatCard('CHECKSUM', checksum, 'HDU checksum'), dataCard, 'END']
    const text = all.map((card) => card.padEnd(CARD_LENGTH)).join('')
    return new TextEncoder().encode(text.padEnd(encodedHeaderBytes(cards.length)))
  }
  const sum = new OnesComplementSum()
  sum.add(bytesWith('0'.repeat(16)))
  const total = sum.value() + dataSum
  // A carry out of 32 bits comes back in at the low end.
  return bytesWith(encodeChecksum(total > 0xffffffff ? (total % 2 ** 32) + 1 : total))
}
