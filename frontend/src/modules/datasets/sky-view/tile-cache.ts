import { type TileAddress, tileKey } from './tile-grid'

/** 16-bit codes of one tile: value = minimum + code * (maximum - minimum) / 65534; 65535 is blank. */
export interface Tile {
  readonly widthPx: number
  readonly heightPx: number
  readonly minimum: number
  readonly maximum: number
  readonly codes: Uint16Array
}

export interface TileCacheOptions {
  /** Rejects when the tile could not be had; it is asked for again later. */
  readonly load: (address: TileAddress, signal: AbortSignal) => Promise<Tile>
  readonly onChange: () => void
  /** Tiles kept. One is 128 KiB of codes and 256 KiB of painted pixels. */
  readonly capacity?: number
  /**
   * Requests at once. Two fewer than the six connections that a browser opens to an HTTP/1.1 origin: the
   * page's streams hold the others.
   */
  readonly concurrency?: number
  /** Pause before a failed tile is asked for again, milliseconds. */
  readonly retryMs?: number
}

/** Loads wanted tiles in the order given, aborts those no longer wanted, and forgets the least recently drawn. */
export class TileCache {
  readonly #options: Required<TileCacheOptions>
  /** In order of use, oldest first. */
  readonly #tiles = new Map<string, Tile>()
  readonly #loading = new Map<string, AbortController>()
  readonly #failedUntil = new Map<string, number>()
  #wanted: readonly TileAddress[] = []
  #retry: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(options: TileCacheOptions) {
    this.#options = { capacity: 256, concurrency: 4, retryMs: 2_000, ...options }
  }

  /** The tile if it is there; counts as a use. */
  get(address: TileAddress): Tile | undefined {
    const key = tileKey(address)
    const tile = this.#tiles.get(key)
    if (tile !== undefined) {
      this.#tiles.delete(key)
      this.#tiles.set(key, tile)
    }
    return tile
  }

  want(addresses: readonly TileAddress[]): void {
    this.#wanted = addresses
    const keys = new Set(addresses.map(tileKey))
    for (const [key, controller] of this.#loading) {
      if (!keys.has(key)) controller.abort()
    }
    this.#fill()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    for (const controller of this.#loading.values()) controller.abort()
    this.#tiles.clear()
  }

  #fill(): void {
    for (const address of this.#wanted) {
      if (this.#loading.size >= this.#options.concurrency) return
      const key = tileKey(address)
      if (this.#tiles.has(key) || this.#loading.has(key)) continue
      if ((this.#failedUntil.get(key) ?? 0) > Date.now()) continue
      void this.#load(address, key)
    }
  }

  async #load(address: TileAddress, key: string): Promise<void> {
    const controller = new AbortController()
    this.#loading.set(key, controller)
    try {
      const tile = await this.#options.load(address, controller.signal)
      if (this.#closed) return
      this.#failedUntil.delete(key)
      this.#tiles.set(key, tile)
      this.#evict()
      this.#options.onChange()
    } catch {
      // Aborted, or failed: the view shows a coarser level meanwhile, and the page's banner says why.
      if (!controller.signal.aborted && !this.#closed) {
        this.#failedUntil.set(key, Date.now() + this.#options.retryMs)
        clearTimeout(this.#retry)
        this.#retry = setTimeout(() => this.#fill(), this.#options.retryMs + 10)
      }
    } finally {
      if (this.#loading.get(key) === controller) this.#loading.delete(key)
      if (!this.#closed) this.#fill()
    }
  }

  #evict(): void {
    for (const key of this.#tiles.keys()) {
      if (this.#tiles.size <= this.#options.capacity) return
      this.#tiles.delete(key)
    }
  }
}
