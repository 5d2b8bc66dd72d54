import type { Bitpix, Scaling } from './image-layout.ts'

/**
 * Stored big-endian pixels to physical values; BLANK becomes NaN.
 * 64-bit integers are shifted by BZERO before they become floating point, so that unsigned ones keep their digits.
 */
export function decodePixels(
  bytes: Uint8Array,
  bitpix: Bitpix,
  scaling: Scaling,
  target: Float32Array | Float64Array,
): void {
  const count = bytes.length / (Math.abs(bitpix) / 8)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { scale, zero } = scaling
  const blank = scaling.blank === undefined ? Number.NaN : Number(scaling.blank)
  switch (bitpix) {
    case 8:
      for (let i = 0; i < count; i++) {
        const stored = view.getUint8(i)
        target[i] = stored === blank ? Number.NaN : zero + scale * stored
      }
      return
    case 16:
      for (let i = 0; i < count; i++) {
        const stored = view.getInt16(2 * i)
        target[i] = stored === blank ? Number.NaN : zero + scale * stored
      }
      return
    case 32:
      for (let i = 0; i < count; i++) {
        const stored = view.getInt32(4 * i)
        target[i] = stored === blank ? Number.NaN : zero + scale * stored
      }
      return
    case 64:
      decodeInt64(view, count, scaling, target)
      return
    case -32:
      for (let i = 0; i < count; i++) target[i] = zero + scale * view.getFloat32(4 * i)
      return
    case -64:
      for (let i = 0; i < count; i++) target[i] = zero + scale * view.getFloat64(8 * i)
      return
    default:
      bitpix satisfies never
  }
}

function decodeInt64(
  view: DataView,
  count: number,
  scaling: Scaling,
  target: Float32Array | Float64Array,
): void {
  const { scale, zero, blank } = scaling
  const exact = scale === 1 && Number.isInteger(zero)
  const shift = exact ? BigInt(zero) : 0n
  for (let i = 0; i < count; i++) {
    const stored = view.getBigInt64(8 * i)
    if (stored === blank) target[i] = Number.NaN
    else target[i] = exact ? Number(stored + shift) : zero + scale * Number(stored)
  }
}
