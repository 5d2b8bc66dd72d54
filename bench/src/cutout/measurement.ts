/** What measure-time.ts prints for each image, as JSON. */
export interface TimeMeasurement {
  /** The first cutout of the image in a fresh process, milliseconds. */
  firstMs: number
  /** Medians of repeated cutouts, and of the plain copies beside them. */
  cutoutMs: number
  referenceMs: number
  /** Bytes asked of the source, header included. */
  bytesRead: number
  /** Bytes of the box in the rows that it touches. */
  rowBytes: number
}

/** What measure-memory.ts prints, as JSON. */
export interface MemoryMeasurement {
  /** Peak resident memory above that before the first cutout, bytes: of 512 x 512 pixels, and of most of the image. */
  smallCutoutBytes: number
  largeCutoutBytes: number
  largeOutputBytes: number
}
