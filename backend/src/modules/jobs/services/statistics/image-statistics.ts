import {
  type FitsImage,
  type PixelBox,
  type Region,
  RegionMask,
  readPixels,
  Wcs,
} from '../../../../fits/index.ts'
import { MedianSearch } from './median-search.ts'
import { Moments } from './moments.ts'

/** Of the pixels that have a finite value; all but the counts are undefined when none has. */
export interface ImageStatistics {
  readonly pixels: number
  readonly finite: number
  readonly minimum?: number
  readonly maximum?: number
  readonly mean?: number
  /** Root of the mean square about the mean: divided by their number, not by one less. */
  readonly deviation?: number
  /** Exact for values of single precision; off by 6e-8 standard deviations at most for others. */
  readonly median?: number
  readonly sum?: number
}

/** Pixels held at a time. */
const STRIP_PIXELS = 1 << 17

/**
 * Statistics of a box of an image, all planes of it; with a region, of the pixels whose centres are inside, or of the
 * box where there are none. Goes through the pixels three times and keeps no more than a strip of them.
 */
export async function imageStatistics(
  image: FitsImage,
  box: PixelBox,
  region: Region | undefined,
  onProgress: (fraction: number) => void,
): Promise<ImageStatistics> {
  const mask = region && new RegionMask(Wcs.fromHeader(image.hdu.header), region)
  const moments = new Moments()
  let pixels = 0
  for await (const strip of strips(image, box, mask)) {
    pixels += strip.pixels
    moments.add(strip.finite)
    onProgress(strip.done / 3)
  }
  if (pixels === 0 && region !== undefined) return imageStatistics(image, box, undefined, onProgress)
  const { count: finite, mean, deviation, minimum, maximum, sum } = moments
  if (finite === 0) return { pixels, finite }
  const search = new MedianSearch(moments.single ? 0 : mean, finite)
  for (const pass of [1, 2]) {
    for await (const strip of strips(image, box, mask)) {
      search.add(strip.finite)
      onProgress((pass + strip.done) / 3)
    }
    search.endPass()
  }
  return { pixels, finite, minimum, maximum, mean, deviation, median: search.median(), sum }
}

interface Strip {
  /** Inside the region, with or without a value. */
  readonly pixels: number
  readonly finite: Float64Array
  /** Share of the work that ends with this strip. */
  readonly done: number
}

async function* strips(image: FitsImage, box: PixelBox, mask: RegionMask | undefined): AsyncGenerator<Strip> {
  const { xMin, xMax, yMin, yMax } = box
  const { planes } = image.hdu
  const rows = Math.max(1, Math.floor(STRIP_PIXELS / (xMax - xMin + 1)))
  for (let first = yMin; first <= yMax; first += rows) {
    const part = { xMin, xMax, yMin: first, yMax: Math.min(yMax, first + rows - 1) }
    const inside = mask?.of(part)
    for (let plane = 0; plane < planes; plane++) {
      const values = await readPixels(image, part, { plane })
      const share = (plane + 1) / planes
      const done = (first - yMin + share * (part.yMax - first + 1)) / (yMax - yMin + 1)
      yield { ...keepFinite(values, inside), done }
    }
  }
}

function keepFinite(values: Float64Array, inside: Uint8Array | undefined): Pick<Strip, 'pixels' | 'finite'> {
  let pixels = 0
  let kept = 0
  for (let i = 0; i < values.length; i++) {
    if (inside !== undefined && inside[i] === 0) continue
    pixels++
    const value = values[i] as number
    if (Number.isFinite(value)) values[kept++] = value
  }
  return { pixels, finite: values.subarray(0, kept) }
}
