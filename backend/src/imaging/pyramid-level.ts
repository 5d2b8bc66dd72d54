import type { LevelSize, PyramidLayout } from './pyramid-layout.ts'
import { TILE_HEADER_BYTES, TILE_SIZE_PX } from './pyramid-layout.ts'
import { encodeTile } from './tile-codes.ts'

/** A finished tile and its place in the pyramid's file. */
export interface TileWrite {
  offset: number
  bytes: Uint8Array
}

/** Halves the rows of the level below, cuts the result into tiles and hands its rows on to the level above. */
export class PyramidLevel {
  readonly #layout: PyramidLayout
  readonly #plane: number
  readonly #level: number
  readonly #size: LevelSize
  readonly #next: PyramidLevel | undefined
  readonly #emit: (tile: TileWrite) => void
  readonly #pending: Float32Array
  #hasPending = false
  /** Rows of the tiles being filled. */
  readonly #stripe: Float32Array
  #row = 0

  constructor(layout: PyramidLayout, plane: number, level: number, emit: (tile: TileWrite) => void) {
    this.#layout = layout
    this.#plane = plane
    this.#level = level
    this.#size = layout.levels[level] as LevelSize
    this.#next =
      level + 1 < layout.levels.length ? new PyramidLevel(layout, plane, level + 1, emit) : undefined
    this.#emit = emit
    this.#pending = new Float32Array((layout.levels[level - 1] as LevelSize).widthPx)
    this.#stripe = new Float32Array(this.#size.widthPx * Math.min(TILE_SIZE_PX, this.#size.heightPx))
  }

  /** One row of the level below, from the first on. */
  push(row: Float32Array): void {
    if (this.#hasPending) {
      this.#hasPending = false
      this.#addRow(this.#pending, row)
    } else {
      this.#pending.set(row)
      this.#hasPending = true
    }
  }

  /** After the last row: a row left without a partner stands alone. */
  finish(): void {
    if (this.#hasPending) this.#addRow(this.#pending, this.#pending)
    this.#hasPending = false
    this.#next?.finish()
  }

  #addRow(lower: Float32Array, upper: Float32Array): void {
    const { widthPx, heightPx } = this.#size
    const start = (this.#row % TILE_SIZE_PX) * widthPx
    const target = this.#stripe.subarray(start, start + widthPx)
    halveRows(lower, upper, target)
    this.#next?.push(target)
    this.#row++
    if (this.#row % TILE_SIZE_PX === 0 || this.#row === heightPx) this.#cutTiles()
  }

  #cutTiles(): void {
    const tileRow = Math.ceil(this.#row / TILE_SIZE_PX) - 1
    for (let column = 0; column < this.#size.columns; column++) {
      const size = this.#layout.tileSize(this.#level, column, tileRow)
      if (!size) continue
      const area = { x: column * TILE_SIZE_PX, width: size.widthPx, height: size.heightPx }
      const { minimum, maximum, codes } = encodeTile(this.#stripe, this.#size.widthPx, area)
      const bytes = new Uint8Array(TILE_HEADER_BYTES + 2 * codes.length)
      const view = new DataView(bytes.buffer)
      view.setFloat64(0, minimum, true)
      view.setFloat64(8, maximum, true)
      for (let i = 0; i < codes.length; i++)
        view.setUint16(TILE_HEADER_BYTES + 2 * i, codes[i] as number, true)
      this.#emit({ offset: this.#layout.tileOffset(this.#plane, this.#level, column, tileRow), bytes })
    }
  }
}

/** Means of 2 x 2 pixels, of those that are finite; NaN where none is. An odd last column stands alone. */
function halveRows(lower: Float32Array, upper: Float32Array, target: Float32Array): void {
  const last = lower.length - 1
  for (let i = 0; i < target.length; i++) {
    const left = 2 * i
    const right = left < last ? left + 1 : left
    const a = lower[left] as number
    const b = lower[right] as number
    const c = upper[left] as number
    const d = upper[right] as number
    const sum = a + b + c + d
    target[i] = sum - sum === 0 ? sum / 4 : meanOfFinite(a, b, c, d)
  }
}

function meanOfFinite(...values: number[]): number {
  const finite = values.filter(Number.isFinite)
  return finite.reduce((sum, value) => sum + value / finite.length, finite.length === 0 ? Number.NaN : 0)
}
