import { FitsError } from '../fits-error.ts'

/** A rectangle of pixels, FITS-style: the first pixel is 1, both ends are included. */
export interface PixelBox {
  xMin: number
  xMax: number
  yMin: number
  yMax: number
}

export function boxWidth(box: PixelBox): number {
  return box.xMax - box.xMin + 1
}

export function boxHeight(box: PixelBox): number {
  return box.yMax - box.yMin + 1
}

export function checkBox(box: PixelBox, widthPx: number, heightPx: number): void {
  const whole = [box.xMin, box.xMax, box.yMin, box.yMax].every(Number.isSafeInteger)
  const within = box.xMin >= 1 && box.yMin >= 1 && box.xMax <= widthPx && box.yMax <= heightPx
  if (!whole || !within || box.xMin > box.xMax || box.yMin > box.yMax) {
    throw new FitsError(
      'BAD_PIXEL_BOX',
      `The pixel box [${box.xMin}:${box.xMax},${box.yMin}:${box.yMax}] does not lie within the image of ${widthPx} x ${heightPx} pixels.`,
    )
  }
}
