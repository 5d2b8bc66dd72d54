import type { FitsImage } from '../hdu.ts'
import { decodePixels } from './decode-pixels.ts'
import { boxHeight, boxWidth, type PixelBox } from './pixel-box.ts'
import { readRowBlocks } from './read-rows.ts'

export interface ReadPixelsOptions {
  /** Plane along the third and further axes, from 0. Default 0. */
  plane?: number
  signal?: AbortSignal | undefined
}

/** Physical values of a box, row by row from its first one; blank pixels are NaN. */
export async function readPixels(
  image: FitsImage,
  box: PixelBox,
  options: ReadPixelsOptions = {},
): Promise<Float64Array> {
  const width = boxWidth(box)
  const values = new Float64Array(width * boxHeight(box))
  await readInto(image, box, values, options)
  return values
}

/** As readPixels, in single precision: enough for drawing, half the memory. */
export async function readPixelsFloat32(
  image: FitsImage,
  box: PixelBox,
  options: ReadPixelsOptions = {},
): Promise<Float32Array> {
  const values = new Float32Array(boxWidth(box) * boxHeight(box))
  await readInto(image, box, values, options)
  return values
}

async function readInto(
  image: FitsImage,
  box: PixelBox,
  values: Float32Array | Float64Array,
  options: ReadPixelsOptions,
): Promise<void> {
  const width = boxWidth(box)
  const { bitpix, scaling } = image.hdu
  for await (const { bytes, firstRow, rows } of readRowBlocks(
    image,
    box,
    options.plane ?? 0,
    options.signal,
  )) {
    decodePixels(bytes, bitpix, scaling, values.subarray(firstRow * width, (firstRow + rows) * width))
  }
}
