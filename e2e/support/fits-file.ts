/**
 * A second, independent FITS reader for the tests: the primary HDU only, whole file in memory.
 * Source: FITS standard 4.0, sections 3 and 4.
 */
export interface FitsFile {
  readonly cards: ReadonlyMap<string, string>
  readonly history: readonly string[]
  readonly width: number
  readonly height: number
  /** Physical values are not formed: the stored numbers, first row first. */
  readonly pixels: Float64Array
  readonly bytes: Uint8Array
}

const BLOCK = 2880
const CARD = 80

export function readFits(bytes: Uint8Array): FitsFile {
  const cards = new Map<string, string>()
  const history: string[] = []
  const text = new TextDecoder('latin1')
  let offset = 0
  for (;;) {
    const card = text.decode(bytes.subarray(offset, offset + CARD))
    if (card.length < CARD) throw new Error('the header has no END')
    offset += CARD
    const keyword = card.slice(0, 8).trimEnd()
    if (keyword === 'END') break
    if (keyword === 'HISTORY') history.push(card.slice(8).trimEnd())
    if (card.slice(8, 10) !== '= ') continue
    const value = card.slice(10)
    const quoted = /^\s*'((?:[^']|'')*)'/.exec(value)
    cards.set(keyword, quoted ? (quoted[1] ?? '').trimEnd() : (value.split('/')[0] ?? '').trim())
  }
  const dataStart = Math.ceil(offset / BLOCK) * BLOCK
  const width = Number(cards.get('NAXIS1'))
  const height = Number(cards.get('NAXIS2'))
  const bitpix = Number(cards.get('BITPIX'))
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart)
  const size = Math.abs(bitpix) / 8
  const read = {
    '8': (at: number) => view.getUint8(at),
    '16': (at: number) => view.getInt16(at),
    '32': (at: number) => view.getInt32(at),
    '-32': (at: number) => view.getFloat32(at),
    '-64': (at: number) => view.getFloat64(at),
  }[String(bitpix)]
  if (read === undefined) throw new Error(`BITPIX ${bitpix} is not read here`)
  const pixels = Float64Array.from({ length: width * height }, (_, index) => read(index * size))
  return { cards, history, width, height, pixels, bytes }
}

/** Ones' complement sum of the whole file: all ones when CHECKSUM is right (standard 4.0, 4.4.2.7). */
export function checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let sum = 0
  for (let at = 0; at < bytes.byteLength; at += 4) {
    sum += view.getUint32(at)
    if (sum > 0xffffffff) sum = (sum % 0x100000000) + 1
  }
  return sum
}
