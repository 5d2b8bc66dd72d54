import type { CardValue } from '../header/card.ts'
import { formatCard } from '../header/format-card.ts'
import type { Bitpix } from '../image/image-layout.ts'

export interface MadeImage {
  bitpix: Bitpix
  axes: readonly number[]
  /** Stored values, first axis fastest; bigints for BITPIX 64. */
  stored: readonly (number | bigint)[]
  /** Further cards, in order. */
  keywords?: readonly (readonly [keyword: string, value: CardValue])[]
  /** Cards as they stand. */
  cards?: readonly string[]
}

/** A FITS file in memory: the first image is the primary HDU, the others are extensions. */
export function makeFits(...images: readonly MadeImage[]): Uint8Array {
  return concat(
    images.flatMap((image, index) => [
      header(image, index),
      padded(encodeStored(image.bitpix, image.stored), 0),
    ]),
  )
}

function encodeStored(bitpix: Bitpix, stored: readonly (number | bigint)[]): Uint8Array {
  const size = Math.abs(bitpix) / 8
  const view = new DataView(new ArrayBuffer(size * stored.length))
  stored.forEach((value, i) => {
    const at = size * i
    if (bitpix === 8) view.setUint8(at, Number(value))
    else if (bitpix === 16) view.setInt16(at, Number(value))
    else if (bitpix === 32) view.setInt32(at, Number(value))
    else if (bitpix === 64) view.setBigInt64(at, BigInt(value))
    else if (bitpix === -32) view.setFloat32(at, Number(value))
    else view.setFloat64(at, Number(value))
  })
  return new Uint8Array(view.buffer)
}

/** Cards and END as whole blocks. */
export function headerBlocks(cards: readonly string[]): Uint8Array {
  const text = [...cards, 'END'].map((card) => card.padEnd(80)).join('')
  return padded(new TextEncoder().encode(text), 0x20)
}

function header(image: MadeImage, index: number): Uint8Array {
  return headerBlocks([
    index === 0 ? formatCard('SIMPLE', true) : formatCard('XTENSION', 'IMAGE'),
    formatCard('BITPIX', image.bitpix),
    formatCard('NAXIS', image.axes.length),
    ...image.axes.map((length, i) => formatCard(`NAXIS${i + 1}`, length)),
    ...(index === 0 ? [] : [formatCard('PCOUNT', 0), formatCard('GCOUNT', 1)]),
    ...(image.keywords ?? []).map(([keyword, value]) => formatCard(keyword, value)),
    ...(image.cards ?? []),
  ])
}

function padded(bytes: Uint8Array, fill: number): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 2880) * 2880).fill(fill)
  whole.set(bytes)
  return whole
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
