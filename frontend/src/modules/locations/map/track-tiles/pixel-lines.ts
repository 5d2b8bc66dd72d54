import type { WorldTrack } from './world-track'

/** Fixes nearer than that to the one drawn before them are not drawn: nobody would see it. Pixels. */
export const leastStepPx = 0.75
/** Points of a piece; pieces that are not on a tile are passed over as a whole. */
const pieceLength = 64

/** A stretch of a line without a gap, or part of one: the next part begins with the point that this one ends with. */
export interface LinePiece {
  readonly from: number
  /** Inclusive; equal to `from` for a fix alone between two gaps. */
  readonly to: number
  /** Of the line's stretch up to `from`, pixels: where its dashes are. */
  readonly beginPx: number
  readonly west: number
  readonly east: number
  readonly north: number
  readonly south: number
}

/** A track at one zoom, in pixels of its plane, with no more points than are seen there. */
export interface PixelLine {
  readonly xs: Float64Array
  readonly ys: Float64Array
  readonly pieces: readonly LinePiece[]
}

/** @param worldPx how many pixels the world is wide */
export function pixelLine({ xs, ys, starts }: WorldTrack, worldPx: number): PixelLine {
  const keptX = new Float64Array(xs.length)
  const keptY = new Float64Array(xs.length)
  const pieces: LinePiece[] = []
  let kept = 0
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? xs.length
    const from = kept
    let lastX = Number.NaN
    let lastY = Number.NaN
    for (let fix = start; fix < end; fix++) {
      const x = (xs[fix] ?? 0) * worldPx
      const y = (ys[fix] ?? 0) * worldPx
      // The first one is compared with NaN, and stays.
      if (Math.abs(x - lastX) < leastStepPx && Math.abs(y - lastY) < leastStepPx) continue
      keptX[kept] = lastX = x
      keptY[kept++] = lastY = y
    }
    addPieces(pieces, keptX, keptY, from, kept)
  }
  return { xs: keptX.subarray(0, kept), ys: keptY.subarray(0, kept), pieces }
}

function addPieces(pieces: LinePiece[], xs: Float64Array, ys: Float64Array, from: number, end: number): void {
  let beginPx = 0
  for (let first = from; first === from || first < end - 1; first += pieceLength) {
    const to = Math.min(first + pieceLength, end - 1)
    let lengthPx = 0
    let [west, north] = [xs[first] ?? 0, ys[first] ?? 0]
    let [east, south] = [west, north]
    for (let point = first + 1; point <= to; point++) {
      const x = xs[point] ?? 0
      const y = ys[point] ?? 0
      lengthPx += Math.hypot(x - (xs[point - 1] ?? 0), y - (ys[point - 1] ?? 0))
      west = Math.min(west, x)
      east = Math.max(east, x)
      north = Math.min(north, y)
      south = Math.max(south, y)
    }
    pieces.push({ from: first, to, beginPx, west, east, north, south })
    beginPx += lengthPx
  }
}
