/**
 * What the quote reckons with, rounded from runs on one core with a local disk: starting a task and writing
 * its results through scan and store, and the rate at which rows are read and written.
 */
export const TASK_OVERHEAD_MS = 60
export const COPY_BYTES_PER_MS = 150_000
export const RENDER_PIXELS_PER_MS = 20_000

/** A PNG of noise is no smaller than its pixels: four bytes each, and a little for headers. */
export function pngSizeBytes(widthPx: number, heightPx: number): number {
  return 4 * widthPx * heightPx + heightPx + 4_096
}
