import type { ImageLook } from '../images/render-image.ts'

/** Longest side of the picture that comes with each cutout. */
export const PREVIEW_WIDTH_PX = 512

export const previewLook: Omit<ImageLook, 'plane'> = {
  widthPx: PREVIEW_WIDTH_PX,
  stretch: 'asinh',
  colorMap: 'gray',
  cuts: { low: 0.5, high: 99.5 },
}
