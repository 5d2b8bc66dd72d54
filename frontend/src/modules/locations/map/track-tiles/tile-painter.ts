import type { PersonStyle } from '../person-style'
import type { Track } from '../track'
import type { TilePlace } from './paint-tile'
import { type WorldTrack, worldTrackOf } from './world-track'

/** A track that the worker has, by its number there, as it is to be drawn. */
export interface PaintedTrack {
  readonly track: number
  /** CSS. */
  readonly color: string
  readonly dash: PersonStyle['dash']
}

export type PainterRequest =
  | { readonly kind: 'track'; readonly track: number; readonly world: WorldTrack }
  | { readonly kind: 'show'; readonly tracks: readonly PaintedTrack[] }
  | { readonly kind: 'paint'; readonly number: number; readonly place: TilePlace }

export interface PainterAnswer {
  readonly number: number
  /** Undefined for a tile with nothing on it. */
  readonly bitmap: ImageBitmap | undefined
}

export interface ShownTrack {
  readonly track: Track
  readonly color: string
  readonly dash: PersonStyle['dash']
}

/** Has tiles of tracks painted by a worker, in the order in which they are asked for. */
export class TilePainter {
  readonly #worker = new Worker(new URL('./tiles-worker.ts', import.meta.url), { type: 'module' })
  readonly #waiting = new Map<number, (bitmap: ImageBitmap | undefined) => void>()
  #numbers = new Map<Track, number>()
  #last = 0

  /** @param onFailure the worker cannot go on */
  constructor(onFailure: (message: string) => void) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<PainterAnswer>) => {
      const done = this.#waiting.get(data.number)
      this.#waiting.delete(data.number)
      done?.(data.bitmap)
    })
    this.#worker.addEventListener('error', (event) => onFailure(event.message))
  }

  /** Tiles asked for from now on have these tracks; the last lies on top. */
  show(tracks: readonly ShownTrack[]): void {
    const numbers = new Map<Track, number>()
    const painted = tracks.map(({ track, color, dash }) => {
      const known = this.#numbers.get(track)
      const number = known ?? ++this.#last
      if (known === undefined) this.#send({ kind: 'track', track: number, world: worldTrackOf(track) })
      numbers.set(track, number)
      return { track: number, color, dash }
    })
    this.#numbers = numbers
    this.#send({ kind: 'show', tracks: painted })
  }

  paint(place: TilePlace, done: (bitmap: ImageBitmap | undefined) => void): void {
    const number = ++this.#last
    this.#waiting.set(number, done)
    this.#send({ kind: 'paint', number, place })
  }

  remove(): void {
    this.#worker.terminate()
    this.#waiting.clear()
  }

  #send(request: PainterRequest): void {
    this.#worker.postMessage(request)
  }
}
