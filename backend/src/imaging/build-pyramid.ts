import { open } from 'node:fs/promises'
import type { FitsImage } from '../fits/hdu.ts'
import { decodePixels } from '../fits/image/decode-pixels.ts'
import { readRowBlocks } from '../fits/image/read-rows.ts'
import { writeFully } from '../fits/source/write-fully.ts'
import { percentiles } from './percentiles.ts'
import { PixelSample } from './pixel-sample.ts'
import { PyramidLayout, TILE_SIZE_PX } from './pyramid-layout.ts'
import { PyramidLevel, type TileWrite } from './pyramid-level.ts'

/** The numbers of fairlead.datasets.v1.Pyramid; the last four are 0 for an image without a finite pixel. */
export interface PyramidStatistics {
  tileSizePx: number
  levels: number
  /** Of a sample of some 500,000 pixels. */
  percentile1: number
  percentile99: number
  /** Of all finite pixels. */
  minimum: number
  maximum: number
}

export interface BuildPyramidOptions {
  signal?: AbortSignal | undefined
  /** Told the share of the rows read, 0 to 1, about once per MiB. */
  onProgress?: (fraction: number) => void
}

/**
 * Reads the image once and writes its reduced levels to a file: each level's pixels are the means of 2 x 2 pixels of
 * the one below, blank ones left out. Memory is about 1 KiB per pixel of the image's width.
 */
export async function buildPyramid(
  image: FitsImage,
  path: string,
  options: BuildPyramidOptions = {},
): Promise<PyramidStatistics> {
  const { widthPx, heightPx, planes, bitpix, scaling } = image.hdu
  const layout = new PyramidLayout(widthPx, heightPx, planes)
  const sample = new PixelSample(widthPx * heightPx * planes)
  const box = { xMin: 1, xMax: widthPx, yMin: 1, yMax: heightPx }
  const file = await open(path, 'w')
  try {
    await writeFully(file, layout.header(), 0)
    const finished: TileWrite[] = []
    const write = async (): Promise<void> => {
      for (const { offset, bytes } of finished.splice(0)) await writeFully(file, bytes, offset)
    }
    for (let plane = 0; plane < planes; plane++) {
      const level =
        layout.levels.length > 1
          ? new PyramidLevel(layout, plane, 1, (tile) => finished.push(tile))
          : undefined
      for await (const { bytes, firstRow, rows } of readRowBlocks(image, box, plane, options.signal)) {
        const values = new Float32Array(rows * widthPx)
        decodePixels(bytes, bitpix, scaling, values)
        for (let row = 0; row < rows; row++) {
          const rowValues = values.subarray(row * widthPx, (row + 1) * widthPx)
          sample.push(rowValues)
          level?.push(rowValues)
        }
        await write()
        options.onProgress?.((plane + (firstRow + rows) / heightPx) / planes)
      }
      level?.finish()
      await write()
    }
  } finally {
    await file.close()
  }
  return { tileSizePx: TILE_SIZE_PX, levels: layout.levels.length, ...statistics(sample) }
}

function statistics(sample: PixelSample): Omit<PyramidStatistics, 'tileSizePx' | 'levels'> {
  const { minimum, maximum } = sample
  if (minimum > maximum) return { percentile1: 0, percentile99: 0, minimum: 0, maximum: 0 }
  const [percentile1 = 0, percentile99 = 0] = percentiles(sample.values, [1, 99]).map((value, i) =>
    // The sample may have missed every finite pixel of an almost blank image.
    Number.isNaN(value) ? [minimum, maximum][i] : value,
  )
  return { percentile1, percentile99, minimum, maximum }
}
