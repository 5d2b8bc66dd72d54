import { promisify } from 'node:util'
import { crc32, deflate } from 'node:zlib'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
/** Filter "Sub": each byte as its difference from the pixel to the left, which suits smooth skies. */
const FILTER_SUB = 1

/**
 * A PNG file of RGBA pixels, top row first. Compressed off the main thread; an opaque image is written without its
 * alpha channel, a quarter less to compress.
 */
export async function encodePng(
  rgba: Uint8Array | Uint8ClampedArray,
  widthPx: number,
  heightPx: number,
): Promise<Uint8Array> {
  if (widthPx < 1 || heightPx < 1 || rgba.length !== 4 * widthPx * heightPx) {
    throw new RangeError(`${rgba.length} bytes are not ${widthPx} x ${heightPx} RGBA pixels`)
  }
  const channels = isOpaque(rgba) ? 3 : 4
  const raw = filtered(rgba, widthPx, heightPx, channels)
  const data = await promisify(deflate)(raw, { level: 6 })
  const head = new Uint8Array(13)
  const view = new DataView(head.buffer)
  view.setUint32(0, widthPx)
  view.setUint32(4, heightPx)
  head[8] = 8
  head[9] = channels === 3 ? 2 : 6
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array(0)),
  ])
}

function isOpaque(rgba: Uint8Array | Uint8ClampedArray): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false
  return true
}

function filtered(
  rgba: Uint8Array | Uint8ClampedArray,
  widthPx: number,
  heightPx: number,
  channels: 3 | 4,
): Uint8Array {
  const rowBytes = 1 + channels * widthPx
  const raw = new Uint8Array(rowBytes * heightPx)
  let from = 0
  for (let row = 0; row < heightPx; row++) {
    let to = row * rowBytes
    raw[to++] = FILTER_SUB
    for (let column = 0; column < widthPx; column++, from += 4) {
      for (let channel = 0; channel < channels; channel++) {
        const left = column === 0 ? 0 : (rgba[from + channel - 4] as number)
        raw[to++] = (rgba[from + channel] as number) - left
      }
    }
  }
  return raw
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(data.length + 12)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}
