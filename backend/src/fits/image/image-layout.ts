import { FitsError } from '../fits-error.ts'
import type { FitsHeader } from '../header/header.ts'

export type Bitpix = 8 | 16 | 32 | 64 | -32 | -64

/** physical = zero + scale x stored; a stored integer equal to `blank` has no value (section 5.3). */
export interface Scaling {
  scale: number
  zero: number
  blank?: bigint
}

export interface ImageLayout {
  bitpix: Bitpix
  bytesPerPixel: number
  /** NAXIS1, NAXIS2, ...; at least two. */
  axes: readonly number[]
  widthPx: number
  heightPx: number
  /** Planes along all axes from the third on; 1 for a flat image. */
  planes: number
  scaling: Scaling
  /** BUNIT, or an empty string. */
  unit: string
}

/** Layout of an image HDU whose sizes were checked. */
export function imageLayout(header: FitsHeader, index: number): ImageLayout {
  const bitpix = header.number('BITPIX') as Bitpix
  const axes = Array.from(
    { length: header.number('NAXIS') ?? 0 },
    (_, i) => header.number(`NAXIS${i + 1}`) ?? 0,
  )
  const [widthPx, heightPx] = axes
  if (widthPx === undefined || heightPx === undefined) {
    throw new FitsError(
      'UNSUPPORTED_IMAGE',
      `NAXIS of HDU ${index} is ${axes.length}; an image needs at least two axes.`,
    )
  }
  const scale = header.number('BSCALE') ?? 1
  const zero = header.number('BZERO') ?? 0
  const blank = bitpix > 0 ? header.get('BLANK') : undefined
  if (blank !== undefined && typeof blank !== 'bigint' && !Number.isSafeInteger(blank)) {
    throw new FitsError('BAD_HEADER', `BLANK of HDU ${index} must be an integer, not ${String(blank)}.`)
  }
  return {
    bitpix,
    bytesPerPixel: Math.abs(bitpix) / 8,
    axes,
    widthPx,
    heightPx,
    planes: axes.slice(2).reduce((product, length) => product * length, 1),
    scaling: { scale, zero, ...(blank === undefined ? {} : { blank: BigInt(blank as number | bigint) }) },
    unit: header.string('BUNIT') ?? '',
  }
}
