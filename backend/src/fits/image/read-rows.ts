import { FitsError } from '../fits-error.ts'
import type { FitsImage } from '../hdu.ts'
import { type ByteRange, readRanges } from '../source/byte-source.ts'
import { boxWidth, checkBox, type PixelBox } from './pixel-box.ts'

/** Bytes of rows held at a time: enough to keep the disk busy, little enough to be held many times over. */
const BLOCK_BYTES = 1 << 20
/** A row this much inside the box is read whole, so that neighbouring rows make one read. */
const WHOLE_ROW_SHARE = 0.9

export interface RowBlock {
  /** Stored bytes of whole box rows, one after another. Valid until the next block is asked for. */
  bytes: Uint8Array
  /** First row, counted from the box's first one. */
  firstRow: number
  rows: number
}

/** Streams the stored bytes of a box of one plane (from 0), in blocks of at most about 1 MiB. */
export async function* readRowBlocks(
  image: FitsImage,
  box: PixelBox,
  plane: number,
  signal?: AbortSignal,
): AsyncGenerator<RowBlock> {
  const { hdu, source } = image
  checkBox(box, hdu.widthPx, hdu.heightPx)
  if (!Number.isSafeInteger(plane) || plane < 0 || plane >= hdu.planes) {
    throw new FitsError('BAD_PIXEL_BOX', `The image has planes 0 to ${hdu.planes - 1}, not ${plane}.`)
  }
  const imageRowBytes = hdu.widthPx * hdu.bytesPerPixel
  const rowBytes = boxWidth(box) * hdu.bytesPerPixel
  const rowCount = box.yMax - box.yMin + 1
  const whole = rowBytes >= WHOLE_ROW_SHARE * imageRowBytes
  const start = hdu.dataOffset + (plane * hdu.heightPx + box.yMin - 1) * imageRowBytes
  const skip = (box.xMin - 1) * hdu.bytesPerPixel
  const stride = whole ? imageRowBytes : rowBytes
  const blockRows = Math.max(1, Math.min(rowCount, Math.floor(BLOCK_BYTES / stride)))
  const buffer = new Uint8Array(blockRows * stride)
  for (let firstRow = 0; firstRow < rowCount; firstRow += blockRows) {
    signal?.throwIfAborted()
    const rows = Math.min(blockRows, rowCount - firstRow)
    const offset = start + firstRow * imageRowBytes
    if (whole) {
      // The last row ends with the box: bytes after it may belong to nothing that exists.
      const length = (rows - 1) * imageRowBytes + skip + rowBytes
      await readRanges(source, [{ offset, target: buffer.subarray(0, length) }], signal)
      if (rowBytes < imageRowBytes) {
        for (let row = 0; row < rows; row++) {
          const from = row * imageRowBytes + skip
          buffer.copyWithin(row * rowBytes, from, from + rowBytes)
        }
      }
    } else {
      const ranges: ByteRange[] = []
      for (let row = 0; row < rows; row++) {
        const target = buffer.subarray(row * rowBytes, (row + 1) * rowBytes)
        ranges.push({ offset: offset + row * imageRowBytes + skip, target })
      }
      await readRanges(source, ranges, signal)
    }
    yield { bytes: buffer.subarray(0, rows * rowBytes), firstRow, rows }
  }
}
