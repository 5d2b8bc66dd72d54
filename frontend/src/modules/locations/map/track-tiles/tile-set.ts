import { type TilePlace, tilePx } from './paint-tile'

/** Of the view, in pixels of the screen on the plane of a set's zoom. */
export interface PlaneBox {
  readonly west: number
  readonly north: number
  readonly east: number
  readonly south: number
}

export interface Tile<Image> {
  readonly place: TilePlace
  isPainted: boolean
  /** Undefined until it is painted, and for a tile with nothing on it. */
  image: Image | undefined
}

/** Painted beyond each edge of the view, so that a pan finds it there. */
const aheadPx = tilePx / 2
/** Kept beyond each edge. */
const keptPx = 2 * tilePx

/** Tiles of one zoom, and of one state of the tracks. */
export class TileSet<Image> {
  readonly zoom: number
  readonly pixelRatio: number
  /** Of the tracks; another is of other tracks or colours. */
  readonly revision: number
  readonly #tiles = new Map<string, Tile<Image>>()

  constructor({ zoom, pixelRatio, revision }: { zoom: number; pixelRatio: number; revision: number }) {
    this.zoom = zoom
    this.pixelRatio = pixelRatio
    this.revision = revision
  }

  tiles(): Iterable<Tile<Image>> {
    return this.#tiles.values()
  }

  /** Whether all that the view shows is painted. */
  covers(view: PlaneBox): boolean {
    for (const { column, row } of placesOf(view)) {
      if (this.#tiles.get(`${column}/${row}`)?.isPainted !== true) return false
    }
    return true
  }

  /** The tile to be painted next; those that are seen come first, from the middle. */
  next(view: PlaneBox): Tile<Image> | undefined {
    const place = [...placesOf(grown(view, aheadPx))]
      .filter(({ column, row }) => !this.#tiles.has(`${column}/${row}`))
      .map((found) => ({ found, distance: distanceTo(view, found) }))
      .sort((one, other) => one.distance - other.distance)[0]?.found
    if (place === undefined) return undefined
    const { zoom, pixelRatio } = this
    const tile = { place: { zoom, pixelRatio, ...place }, isPainted: false, image: undefined }
    this.#tiles.set(`${place.column}/${place.row}`, tile)
    return tile
  }

  /** Takes out what is far from the view; tiles that are being painted stay. */
  forget(view: PlaneBox): Tile<Image>[] {
    const kept = new Set([...placesOf(grown(view, keptPx))].map(({ column, row }) => `${column}/${row}`))
    const gone: Tile<Image>[] = []
    for (const [key, tile] of this.#tiles) {
      if (!tile.isPainted || kept.has(key)) continue
      this.#tiles.delete(key)
      gone.push(tile)
    }
    return gone
  }
}

function grown({ west, north, east, south }: PlaneBox, px: number): PlaneBox {
  return { west: west - px, north: north - px, east: east + px, south: south + px }
}

function* placesOf({ west, north, east, south }: PlaneBox): Generator<{ column: number; row: number }> {
  for (let row = Math.floor(north / tilePx); row * tilePx < south; row++) {
    for (let column = Math.floor(west / tilePx); column * tilePx < east; column++) yield { column, row }
  }
}

/** From the view's middle to the tile's. */
function distanceTo(
  { west, north, east, south }: PlaneBox,
  { column, row }: { column: number; row: number },
): number {
  return Math.hypot((column + 0.5) * tilePx - (west + east) / 2, (row + 0.5) * tilePx - (north + south) / 2)
}
