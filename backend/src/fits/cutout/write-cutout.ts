import { FitsError } from '../fits-error.ts'
import type { FitsImage } from '../hdu.ts'
import { BLOCK_BYTES } from '../header/read-header.ts'
import { boxHeight, boxWidth, checkBox, type PixelBox } from '../image/pixel-box.ts'
import { readRowBlocks } from '../image/read-rows.ts'
import { OnesComplementSum } from './checksum.ts'
import { cutoutCards, type KeptPlanes } from './cutout-header.ts'
import type { CutoutSink } from './cutout-sink.ts'
import { encodedHeaderBytes, encodeHeader } from './encode-header.ts'

export interface CutoutOptions {
  /** Names the source in HISTORY. */
  sourceId: string
  /** The region as asked for, for HISTORY. */
  region: string
  /** Default: all planes. */
  planes?: KeptPlanes
}

export interface WriteCutoutOptions extends CutoutOptions {
  signal?: AbortSignal | undefined
  /** Told the share of the rows written, 0 to 1, about once per MiB. */
  onProgress?: (fraction: number) => void
}

export interface WrittenCutout {
  sizeBytes: number
  /** NAXIS1, NAXIS2, ... of the cutout. */
  axes: readonly number[]
}

/**
 * Writes a box of the image, all its planes, as a FITS file of its own. Pixels are copied as they are stored,
 * with BSCALE, BZERO and BLANK; memory stays at a few MiB whatever the size.
 */
export async function writeCutout(
  image: FitsImage,
  box: PixelBox,
  sink: CutoutSink,
  options: WriteCutoutOptions,
): Promise<WrittenCutout> {
  const plan = planCutout(image, box, options)
  const planes = keptPlanes(image, options)
  const dataSum = new OnesComplementSum()
  let position = plan.headerBytes
  for (const [index, plane] of planes.entries()) {
    for await (const block of readRowBlocks(image, box, plane, options.signal)) {
      dataSum.add(block.bytes)
      await sink.write(position, block.bytes)
      position += block.bytes.length
      const rows = index * boxHeight(box) + block.firstRow + block.rows
      options.onProgress?.(rows / (planes.length * boxHeight(box)))
    }
  }
  // Data are padded with zeros, which do not change their sum.
  if (position < plan.sizeBytes) await sink.write(position, new Uint8Array(plan.sizeBytes - position))
  await sink.write(0, encodeHeader(plan.cards, dataSum.value()))
  return { sizeBytes: plan.sizeBytes, axes: plan.axes }
}

/** Size of the file that writeCutout would make, without reading a pixel. */
export function cutoutSizeBytes(image: FitsImage, box: PixelBox, options: CutoutOptions): number {
  return planCutout(image, box, options).sizeBytes
}

interface CutoutPlan {
  cards: readonly string[]
  headerBytes: number
  sizeBytes: number
  axes: readonly number[]
}

/** Planes to copy, from 0. */
function keptPlanes({ hdu }: FitsImage, { planes: kept }: CutoutOptions): number[] {
  const all = Array.from({ length: hdu.planes }, (_, plane) => plane)
  if (kept === undefined) return all
  const { axis = 3, first, last } = kept
  /** Planes from one pixel along the axis to the next. */
  const stride = hdu.axes.slice(2, axis - 1).reduce((product, length) => product * length, 1)
  const depth = hdu.axes[axis - 1] ?? 1
  return all.filter((plane) => {
    const along = (Math.floor(plane / stride) % depth) + 1
    return along >= first && along <= last
  })
}

function planCutout(image: FitsImage, box: PixelBox, options: CutoutOptions): CutoutPlan {
  const { hdu } = image
  checkBox(box, hdu.widthPx, hdu.heightPx)
  const keptAxis = options.planes?.axis ?? 3
  const depth = hdu.axes[keptAxis - 1] ?? 1
  const kept = options.planes ?? { first: 1, last: depth }
  if (
    !(
      Number.isInteger(kept.first) &&
      Number.isInteger(kept.last) &&
      Number.isInteger(keptAxis) &&
      keptAxis >= 3 &&
      kept.first >= 1 &&
      kept.first <= kept.last &&
      kept.last <= depth
    )
  ) {
    throw new FitsError(
      'BAD_PIXEL_BOX',
      `The planes ${kept.first} to ${kept.last} of axis ${keptAxis} are not among the image's planes 1 to ${depth}.`,
    )
  }
  const axes = [boxWidth(box), boxHeight(box), ...hdu.axes.slice(2)]
  if (hdu.axes.length >= keptAxis) axes[keptAxis - 1] = kept.last - kept.first + 1
  const cards = cutoutCards({
    hdu,
    box,
    planes: hdu.axes.length >= keptAxis ? options.planes : undefined,
    axes,
    sourceId: options.sourceId,
    region: options.region,
  })
  const headerBytes = encodedHeaderBytes(cards.length)
  const dataBytes = axes.reduce((product, length) => product * length, hdu.bytesPerPixel)
  return { cards, headerBytes, sizeBytes: headerBytes + padded(dataBytes), axes }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
}
