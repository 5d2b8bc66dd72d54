import type { PersonStyle } from '../person-style'
import type { LinePiece, PixelLine } from './pixel-lines'

/** Pixels of the screen, not of CSS. */
export const tilePx = 512

/** Zooms and what a line is wide there, pixels of CSS; between two of them in proportion. */
const widths = [
  [8, 1.2],
  [14, 2],
  [18, 3],
] as const
/** From this zoom on each fix is a dot, of these radii. */
const dots = [
  [16, 2],
  [18, 3.5],
] as const

/** In widths of the line; none for a solid one. */
const dashPatterns: Record<PersonStyle['dash'], readonly number[]> = {
  solid: [],
  dashed: [4, 2],
  dotted: [0.1, 2],
}

export interface StyledLine {
  readonly line: PixelLine
  /** CSS. */
  readonly color: string
  readonly dash: PersonStyle['dash']
}

export interface TilePlace {
  readonly zoom: number
  /** Pixels of the screen to one of CSS. */
  readonly pixelRatio: number
  /** Counted from the north-western corner of the plane. */
  readonly column: number
  readonly row: number
}

type PaintContext = Pick<
  OffscreenCanvasRenderingContext2D,
  | 'arc'
  | 'beginPath'
  | 'fill'
  | 'fillStyle'
  | 'lineCap'
  | 'lineDashOffset'
  | 'lineJoin'
  | 'lineTo'
  | 'lineWidth'
  | 'moveTo'
  | 'setLineDash'
  | 'stroke'
  | 'strokeStyle'
>

/** How many pixels of the screen the world is wide. */
export function worldPxOf({ zoom, pixelRatio }: Pick<TilePlace, 'zoom' | 'pixelRatio'>): number {
  return 512 * 2 ** zoom * pixelRatio
}

/** Draws the lines, which are those of the place's zoom; false when none is on the tile. */
export function paintTile(context: PaintContext, lines: readonly StyledLine[], place: TilePlace): boolean {
  const { zoom, pixelRatio, column, row } = place
  const worldPx = worldPxOf(place)
  const width = between(widths, zoom) * pixelRatio
  const radius = zoom < dots[0][0] ? undefined : between(dots, zoom) * pixelRatio
  const reach = Math.max(width, radius ?? 0)
  const [left, top] = [column * tilePx, row * tilePx]
  let isPainted = false
  context.lineWidth = width
  context.lineJoin = 'bevel'
  for (const { line, color, dash } of lines) {
    context.strokeStyle = context.fillStyle = color
    context.lineCap = dash === 'dotted' ? 'round' : 'butt'
    context.setLineDash(dashPatterns[dash].map((part) => part * width))
    for (const piece of line.pieces) {
      if (piece.south + reach < top || piece.north - reach > top + tilePx) continue
      // The map shows the world again and again: any of these may be on the tile.
      const firstWorld = Math.ceil((left - reach - piece.east) / worldPx)
      const lastWorld = Math.floor((left + tilePx + reach - piece.west) / worldPx)
      for (let world = firstWorld; world <= lastWorld; world++) {
        const shift = world * worldPx - left
        if (piece.to > piece.from) strokePiece(context, line, piece, shift, -top)
        if (radius !== undefined || piece.to === piece.from) {
          fillDots(context, line, piece, shift, -top, radius ?? width / 2)
        }
        isPainted = true
      }
    }
  }
  return isPainted
}

function strokePiece(
  context: PaintContext,
  { xs, ys }: PixelLine,
  { from, to, beginPx }: LinePiece,
  dx: number,
  dy: number,
): void {
  context.lineDashOffset = beginPx
  context.beginPath()
  context.moveTo((xs[from] ?? 0) + dx, (ys[from] ?? 0) + dy)
  for (let point = from + 1; point <= to; point++) {
    context.lineTo((xs[point] ?? 0) + dx, (ys[point] ?? 0) + dy)
  }
  context.stroke()
}

function fillDots(
  context: PaintContext,
  { xs, ys }: PixelLine,
  { from, to }: LinePiece,
  dx: number,
  dy: number,
  radius: number,
): void {
  context.beginPath()
  for (let point = from; point <= to; point++) {
    const x = (xs[point] ?? 0) + dx
    const y = (ys[point] ?? 0) + dy
    context.moveTo(x + radius, y)
    context.arc(x, y, radius, 0, 2 * Math.PI)
  }
  context.fill()
}

/** Steady outside of the steps. */
function between(steps: readonly (readonly [zoom: number, value: number])[], zoom: number): number {
  let [lowZoom, low] = steps[0] ?? [0, 0]
  for (const [stepZoom, value] of steps) {
    if (zoom <= stepZoom) {
      return stepZoom === lowZoom ? value : low + ((value - low) * (zoom - lowZoom)) / (stepZoom - lowZoom)
    }
    lowZoom = stepZoom
    low = value
  }
  return low
}
