/** Side of a tile, pixels. */
export const TILE_SIZE_PX = 256
/** Before the tiles: a magic word and the numbers that the layout follows from. */
export const PYRAMID_HEADER_BYTES = 64
/** Before a tile's codes: its minimum and maximum as 64-bit floats. */
export const TILE_HEADER_BYTES = 16

const MAGIC = 'FLPYRAM1'

/** Sizes of an image and its reduced levels. Level 0 is the image itself and is not in the pyramid's file. */
export class PyramidLayout {
  readonly levels: readonly LevelSize[]
  readonly planes: number
  readonly #levelOffsets: readonly number[]
  readonly #planeBytes: number

  constructor(widthPx: number, heightPx: number, planes: number) {
    const levels: LevelSize[] = [levelSize(widthPx, heightPx)]
    for (let last = levels[0] as LevelSize; last.columns > 1 || last.rows > 1; ) {
      last = levelSize(Math.ceil(last.widthPx / 2), Math.ceil(last.heightPx / 2))
      levels.push(last)
    }
    this.levels = levels
    this.planes = planes
    const offsets: number[] = []
    let bytes = 0
    for (const [index, level] of levels.entries()) {
      offsets.push(bytes)
      if (index > 0)
        bytes += level.columns * level.rows * TILE_HEADER_BYTES + 2 * level.widthPx * level.heightPx
    }
    this.#levelOffsets = offsets
    this.#planeBytes = bytes
  }

  get sizeBytes(): number {
    return PYRAMID_HEADER_BYTES + this.planes * this.#planeBytes
  }

  /** Size of a tile, or undefined where there is none. */
  tileSize(level: number, column: number, row: number): { widthPx: number; heightPx: number } | undefined {
    const size = this.levels[level]
    if (!size || column < 0 || row < 0 || column >= size.columns || row >= size.rows) return undefined
    return {
      widthPx: Math.min(TILE_SIZE_PX, size.widthPx - column * TILE_SIZE_PX),
      heightPx: Math.min(TILE_SIZE_PX, size.heightPx - row * TILE_SIZE_PX),
    }
  }

  /** Where a tile of level 1 or above begins in the file: tiles lie row by row, the last ones cut short. */
  tileOffset(plane: number, level: number, column: number, row: number): number {
    const size = this.levels[level] as LevelSize
    const height = Math.min(TILE_SIZE_PX, size.heightPx - row * TILE_SIZE_PX)
    const pixelsBefore = row * TILE_SIZE_PX * size.widthPx + column * TILE_SIZE_PX * height
    const tilesBefore = row * size.columns + column
    return (
      PYRAMID_HEADER_BYTES +
      plane * this.#planeBytes +
      (this.#levelOffsets[level] as number) +
      tilesBefore * TILE_HEADER_BYTES +
      2 * pixelsBefore
    )
  }

  header(): Uint8Array {
    const bytes = new Uint8Array(PYRAMID_HEADER_BYTES)
    bytes.set(new TextEncoder().encode(MAGIC))
    const view = new DataView(bytes.buffer)
    const [first] = this.levels
    const numbers = [first?.widthPx, first?.heightPx, this.planes, TILE_SIZE_PX, this.levels.length]
    for (const [index, number] of numbers.entries()) view.setFloat64(8 + 8 * index, number ?? 0)
    return bytes
  }
}

export interface LevelSize {
  widthPx: number
  heightPx: number
  /** Tiles across and up. */
  columns: number
  rows: number
}

function levelSize(widthPx: number, heightPx: number): LevelSize {
  return {
    widthPx,
    heightPx,
    columns: Math.ceil(widthPx / TILE_SIZE_PX),
    rows: Math.ceil(heightPx / TILE_SIZE_PX),
  }
}
