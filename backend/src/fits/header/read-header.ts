import { FitsError } from '../fits-error.ts'
import type { ByteSource } from '../source/byte-source.ts'
import { CARD_LENGTH, type Card, parseCard } from './card.ts'
import { FitsHeader } from './header.ts'

export const BLOCK_BYTES = 2880
/** Longest header taken: 36,000 cards. Real ones stay below 100 blocks. */
const MAX_HEADER_BLOCKS = 1000
/** A header mostly fits in its first few blocks; each further read asks for twice as much. */
const FIRST_READ_BLOCKS = 4

export interface ReadHeader {
  header: FitsHeader
  /** Where the HDU's data begins. */
  dataOffset: number
}

/** Reads the header that starts at a byte offset, which is a multiple of 2880. */
export async function readHeader(
  source: ByteSource,
  offset: number,
  signal?: AbortSignal,
): Promise<ReadHeader> {
  const cards: Card[] = []
  let position = offset
  for (let blocks = FIRST_READ_BLOCKS; position - offset < MAX_HEADER_BLOCKS * BLOCK_BYTES; blocks *= 2) {
    const available = Math.floor((source.sizeBytes - position) / BLOCK_BYTES)
    const count = Math.min(blocks, available, MAX_HEADER_BLOCKS - (position - offset) / BLOCK_BYTES)
    if (count <= 0) {
      throw new FitsError(
        'TRUNCATED',
        `The file ends at byte ${source.sizeBytes} inside the header that begins at byte ${offset}: there is no END card. Copy the file again.`,
      )
    }
    const bytes = await source.read(position, count * BLOCK_BYTES, signal)
    for (let block = 0; block < count; block++) {
      position += BLOCK_BYTES
      if (readBlock(bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES), cards)) {
        return { header: new FitsHeader(cards), dataOffset: position }
      }
    }
  }
  throw new FitsError(
    'BAD_HEADER',
    `The header that begins at byte ${offset} has no END card within ${MAX_HEADER_BLOCKS} blocks of ${BLOCK_BYTES} bytes, the longest that is read.`,
  )
}

/** Whether the block holds the END card. */
function readBlock(block: Uint8Array, cards: Card[]): boolean {
  for (let at = 0; at < BLOCK_BYTES; at += CARD_LENGTH) {
    const image = asciiCard(block, at, cards.length + 1)
    if (image.startsWith('END') && image.trimEnd() === 'END') return true
    cards.push(parseCard(image))
  }
  return false
}

function asciiCard(block: Uint8Array, start: number, cardNumber: number): string {
  const codes = block.subarray(start, start + CARD_LENGTH)
  for (const code of codes) {
    if (code < 0x20 || code > 0x7e) {
      throw new FitsError(
        'BAD_HEADER',
        `Card ${cardNumber} of the header holds the byte 0x${code.toString(16).padStart(2, '0')}; a FITS header is plain ASCII text (0x20 to 0x7e).`,
      )
    }
  }
  return String.fromCharCode(...codes)
}
