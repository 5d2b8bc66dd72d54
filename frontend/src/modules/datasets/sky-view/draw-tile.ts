import { type PyramidShape, type TileAddress, tileOrigin } from './tile-grid'
import type { Viewport } from './viewport'

/** Draws a tile's picture where it lies, its edges on whole device pixels so that no seam shows. */
export function drawTile(
  context: CanvasRenderingContext2D,
  view: Viewport,
  devicePixelRatio: number,
  shape: PyramidShape,
  address: TileAddress,
  picture: HTMLCanvasElement,
): void {
  const { x, y } = tileOrigin(shape, address)
  const pixelSpan = 2 ** address.level
  const column = (imageX: number) =>
    Math.round((view.widthPx / 2 + (imageX - view.centerX) * view.scale) * devicePixelRatio)
  const row = (imageY: number) =>
    Math.round((view.heightPx / 2 - (imageY - view.centerY) * view.scale) * devicePixelRatio)
  const left = column(x)
  const right = column(x + picture.width * pixelSpan)
  const top = row(y + picture.height * pixelSpan)
  const bottom = row(y)
  context.drawImage(picture, left, top, right - left, bottom - top)
}
