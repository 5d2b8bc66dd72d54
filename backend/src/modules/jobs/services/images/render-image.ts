import { type FitsImage, type PixelBox, readPixelsFloat32 } from '../../../../fits/index.ts'
import {
  type ColorMap,
  flipRows,
  percentiles,
  renderValues,
  type Stretch,
} from '../../../../imaging/index.ts'
import { encodePng } from '../../../../imaging/png.ts'

export interface ImageLook {
  /** Longest side of the picture, at most. */
  readonly widthPx: number
  readonly stretch: Stretch
  readonly colorMap: ColorMap
  /** Percentiles of the values that get the first and the last colour. */
  readonly cuts: { readonly low: number; readonly high: number }
  /** Plane of a cube, from 0. */
  readonly plane: number
}

/** Bytes of pixels held at a time. */
const STRIP_BYTES = 8 * 1024 ** 2
/** Rows that are averaged into one at most: of a very large image the others are not read. */
export const ROWS_AVERAGED = 4

export interface ImagePicture {
  readonly png: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** Draws a box of an image as PNG, north as the image has it: the first FITS row is the lowest. */
export async function renderImage(
  image: FitsImage,
  box: PixelBox,
  look: ImageLook,
  onProgress: (fraction: number) => void,
): Promise<ImagePicture> {
  const { values, widthPx, heightPx } = await shrink(image, box, look, onProgress)
  const [minimum = 0, maximum = 1] = percentiles(values, [look.cuts.low, look.cuts.high])
  const rgba = renderValues(values, {
    minimum: Number.isFinite(minimum) ? minimum : 0,
    maximum: Number.isFinite(maximum) ? maximum : 1,
    stretch: look.stretch,
    colorMap: look.colorMap,
  })
  return { png: await encodePng(flipRows(rgba, widthPx, heightPx), widthPx, heightPx), widthPx, heightPx }
}

/** Side of a square of pixels that becomes one of the picture. */
export function shrinkFactor(box: PixelBox, widthPx: number): number {
  return Math.ceil(Math.max(box.xMax - box.xMin + 1, box.yMax - box.yMin + 1) / widthPx)
}

async function shrink(
  image: FitsImage,
  box: PixelBox,
  { widthPx: asked, plane }: ImageLook,
  onProgress: (fraction: number) => void,
): Promise<{ values: Float32Array; widthPx: number; heightPx: number }> {
  const factor = shrinkFactor(box, asked)
  const width = box.xMax - box.xMin + 1
  const height = box.yMax - box.yMin + 1
  const widthPx = Math.ceil(width / factor)
  const heightPx = Math.ceil(height / factor)
  const values = new Float32Array(widthPx * heightPx)
  if (factor <= ROWS_AVERAGED) {
    const rowsAtATime = factor * Math.max(1, Math.floor(STRIP_BYTES / (4 * width * factor)))
    for (let first = 0; first < height; first += rowsAtATime) {
      const rows = Math.min(rowsAtATime, height - first)
      const strip = await readRows(image, box, plane, first, rows)
      for (let row = 0; row < rows; row += factor) {
        const part = strip.subarray(row * width, Math.min(rows, row + factor) * width)
        meanRow(part, width, factor, values, ((first + row) / factor) * widthPx)
      }
      onProgress((first + rows) / height)
    }
  } else {
    for (let row = 0; row < heightPx; row++) {
      const first = row * factor
      const part = await readRows(image, box, plane, first, Math.min(ROWS_AVERAGED, height - first))
      meanRow(part, width, factor, values, row * widthPx)
      onProgress((row + 1) / heightPx)
    }
  }
  return { values, widthPx, heightPx }
}

function readRows(
  image: FitsImage,
  { xMin, xMax, yMin }: PixelBox,
  plane: number,
  first: number,
  rows: number,
): Promise<Float32Array> {
  return readPixelsFloat32(
    image,
    { xMin, xMax, yMin: yMin + first, yMax: yMin + first + rows - 1 },
    { plane },
  )
}

/** Means of squares of pixels, blank ones left out; NaN where all are blank. */
function meanRow(
  pixels: Float32Array,
  width: number,
  factor: number,
  into: Float32Array,
  offset: number,
): void {
  const widthPx = Math.ceil(width / factor)
  const sums = new Float64Array(widthPx)
  const counts = new Uint32Array(widthPx)
  for (let start = 0; start < pixels.length; start += width) {
    for (let x = 0; x < width; x++) {
      const value = pixels[start + x] as number
      if (Number.isNaN(value)) continue
      const column = factor === 1 ? x : Math.floor(x / factor)
      sums[column] = (sums[column] as number) + value
      counts[column] = (counts[column] as number) + 1
    }
  }
  for (let x = 0; x < widthPx; x++) into[offset + x] = (sums[x] as number) / (counts[x] as number)
}
