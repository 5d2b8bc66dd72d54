/**
 * What part of an image a canvas shows. Image positions are FITS pixels: the first pixel's centre is
 * (1, 1), so the image reaches from 0.5 to NAXIS + 0.5, and y grows upwards. Canvas positions are CSS
 * pixels from the top left corner.
 */
export interface Viewport {
  readonly widthPx: number
  readonly heightPx: number
  /** Image position in the middle of the canvas. */
  readonly centerX: number
  readonly centerY: number
  /** CSS pixels per image pixel. */
  readonly scale: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface ImageSize {
  readonly widthPx: number
  readonly heightPx: number
}

const maximumScale = 48

/** Smaller than fitting, so that the surroundings can be seen, but never lost in them. */
function minimumScale(image: ImageSize, canvas: ImageSize): number {
  return 0.4 * fittingScale(image, canvas)
}

function fittingScale(image: ImageSize, canvas: ImageSize): number {
  return Math.min(canvas.widthPx / image.widthPx, canvas.heightPx / image.heightPx)
}

export function fitted(image: ImageSize, canvas: ImageSize): Viewport {
  return {
    widthPx: canvas.widthPx,
    heightPx: canvas.heightPx,
    centerX: (image.widthPx + 1) / 2,
    centerY: (image.heightPx + 1) / 2,
    scale: Math.min(maximumScale, fittingScale(image, canvas)),
  }
}

export function toCanvas(view: Viewport, image: Point): Point {
  return {
    x: view.widthPx / 2 + (image.x - view.centerX) * view.scale,
    y: view.heightPx / 2 - (image.y - view.centerY) * view.scale,
  }
}

export function toImage(view: Viewport, canvas: Point): Point {
  return {
    x: view.centerX + (canvas.x - view.widthPx / 2) / view.scale,
    y: view.centerY - (canvas.y - view.heightPx / 2) / view.scale,
  }
}

/** Moves the image under the canvas by CSS pixels. */
export function panned(view: Viewport, image: ImageSize, dx: number, dy: number): Viewport {
  return within(
    { ...view, centerX: view.centerX - dx / view.scale, centerY: view.centerY + dy / view.scale },
    image,
  )
}

/** Zooms by `factor`; what is under `anchor` stays there. */
export function zoomed(view: Viewport, image: ImageSize, factor: number, anchor: Point): Viewport {
  const scale = Math.max(minimumScale(image, view), Math.min(maximumScale, view.scale * factor))
  const fixed = toImage(view, anchor)
  return within(
    {
      ...view,
      scale,
      centerX: fixed.x - (anchor.x - view.widthPx / 2) / scale,
      centerY: fixed.y + (anchor.y - view.heightPx / 2) / scale,
    },
    image,
  )
}

/** The same place at the same scale on a canvas of another size. */
export function resized(view: Viewport, canvas: ImageSize): Viewport {
  return { ...view, widthPx: canvas.widthPx, heightPx: canvas.heightPx }
}

/** The canvas' middle never leaves the image. */
function within(view: Viewport, image: ImageSize): Viewport {
  return {
    ...view,
    centerX: Math.max(0.5, Math.min(image.widthPx + 0.5, view.centerX)),
    centerY: Math.max(0.5, Math.min(image.heightPx + 0.5, view.centerY)),
  }
}
