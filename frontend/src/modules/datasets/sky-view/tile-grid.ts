import { type ImageSize, toImage, type Viewport } from './viewport'

export interface PyramidShape extends ImageSize {
  readonly tileSizePx: number
  readonly levels: number
}

/** Level 0 is full resolution; columns and rows count from the image's first pixel. */
export interface TileAddress {
  readonly level: number
  readonly column: number
  readonly row: number
}

export function tileKey({ level, column, row }: TileAddress): string {
  return `${level}/${column}/${row}`
}

/** The coarsest level that is not coarser than the screen. */
export function levelFor(shape: PyramidShape, scale: number, devicePixelRatio: number): number {
  const imagePixelsPerScreenPixel = 1 / (scale * devicePixelRatio)
  // A quarter of a level in favour of the coarser one: invisible, and a third of the tiles.
  const level = Math.floor(Math.log2(imagePixelsPerScreenPixel) + 0.25)
  return Math.max(0, Math.min(shape.levels - 1, level))
}

/** Where a tile begins and how much of the image it would cover if it were whole, in FITS pixels. */
export function tileOrigin(shape: PyramidShape, { level, column, row }: TileAddress) {
  const span = shape.tileSizePx * 2 ** level
  return { x: 0.5 + column * span, y: 0.5 + row * span, span }
}

/** Tiles of a level that the canvas shows, those nearest to its middle first. */
export function visibleTiles(shape: PyramidShape, view: Viewport, level: number): TileAddress[] {
  const span = shape.tileSizePx * 2 ** level
  const low = toImage(view, { x: 0, y: view.heightPx })
  const high = toImage(view, { x: view.widthPx, y: 0 })
  const columns = range(low.x, high.x, shape.widthPx, span)
  const rows = range(low.y, high.y, shape.heightPx, span)
  const tiles: TileAddress[] = []
  for (let row = rows.first; row <= rows.last; row++) {
    for (let column = columns.first; column <= columns.last; column++) tiles.push({ level, column, row })
  }
  const distance = (tile: TileAddress) => {
    const { x, y } = tileOrigin(shape, tile)
    return Math.hypot(x + span / 2 - view.centerX, y + span / 2 - view.centerY)
  }
  return tiles.sort((a, b) => distance(a) - distance(b))
}

function range(low: number, high: number, sizePx: number, span: number) {
  const last = Math.ceil(sizePx / span) - 1
  return {
    first: Math.max(0, Math.floor((low - 0.5) / span)),
    last: Math.min(last, Math.floor((high - 0.5) / span)),
  }
}
