import type { PixelBox } from '../../../../fits/index.ts'
import { ROWS_AVERAGED, shrinkFactor } from './render-image.ts'

/*
 * What a quote reckons with. The rates are of processor time, measured for squares of 100 to 5800 float32 pixels
 * of noise on one core of a shared server with the files in memory, and rounded to the slower side.
 */

/** From a task's claim to the end of its job, beyond what its pixels take. */
export const TASK_OVERHEAD_MS = 60
/** Half of what was measured: on a disk the files are not in memory. */
export const COPY_BYTES_PER_MS = 150_000
const READ_PIXELS_PER_MS = 50_000
/** Colours and PNG of what is drawn; the most costly step of most previews. */
const PICTURE_PIXELS_PER_MS = 4_000

/** Of the three times that statistics go through them. */
export const STATISTICS_PIXELS_PER_MS = 8_000

/** Of drawing a box as a picture of so many pixels on its longest side, at most. */
export function renderDurationMs(box: PixelBox, widthPx: number): number {
  const pixels = (box.xMax - box.xMin + 1) * (box.yMax - box.yMin + 1)
  const factor = shrinkFactor(box, widthPx)
  const rowsRead = Math.min(ROWS_AVERAGED, factor) / factor
  return (pixels * rowsRead) / READ_PIXELS_PER_MS + pixels / factor ** 2 / PICTURE_PIXELS_PER_MS
}

/** A PNG of noise is no smaller than its pixels: four bytes each, and a little for headers. */
export function pngSizeBytes(widthPx: number, heightPx: number): number {
  return 4 * widthPx * heightPx + heightPx + 4_096
}
