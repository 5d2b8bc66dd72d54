import type { Appearance } from '@fairlead/backend/imaging'
import type { Region, Wcs } from '@fairlead/backend/wcs'
import { drawCompass } from './draw-compass'
import { drawGrid } from './draw-grid'
import { type Drawing, drawDrawing, drawRegion } from './draw-region'
import { drawScaleBar } from './draw-scale-bar'
import { drawTile } from './draw-tile'
import { type Tile, TileCache } from './tile-cache'
import { levelFor, type PyramidShape, type TileAddress, visibleTiles } from './tile-grid'
import { TilePainter } from './tile-painter'
import {
  fitted,
  type ImageSize,
  type Point,
  panned,
  resized,
  toImage,
  type Viewport,
  zoomed,
} from './viewport'

export interface SkyCanvasOptions {
  readonly canvas: HTMLCanvasElement
  readonly shape: PyramidShape
  /** Undefined for an image without coordinates. */
  readonly wcs: Wcs | undefined
  readonly appearance: Appearance
  readonly loadTile: (address: TileAddress, signal: AbortSignal) => Promise<Tile>
  /** Called when all visible tiles have been drawn, and when that stops being so. */
  readonly onReady: (ready: boolean) => void
}

export interface PixelValue {
  /** Undefined where the image is blank. */
  readonly value: number | undefined
  /** Whether it is the mean of several pixels, full resolution not being loaded. */
  readonly coarse: boolean
}

const backdrop = '#0b1116'

/** Draws an image's tiles and what lies over them on a canvas, once per animation frame at most. */
export class SkyCanvas {
  readonly #options: SkyCanvasOptions
  readonly #context: CanvasRenderingContext2D
  readonly #cache: TileCache
  readonly #painter: TilePainter
  readonly #resizes: ResizeObserver
  #view: Viewport
  #fitting = true
  #region: Region | undefined
  #drawing: Drawing | undefined
  #grid = false
  #frame: number | undefined
  #ready = false

  constructor(options: SkyCanvasOptions) {
    const context = options.canvas.getContext('2d', { alpha: false })
    if (context === null) throw new Error('This browser cannot draw on a canvas.')
    this.#options = options
    this.#context = context
    this.#painter = new TilePainter(options.appearance)
    this.#cache = new TileCache({ load: options.loadTile, onChange: () => this.#draw() })
    this.#view = fitted(options.shape, sizeOf(options.canvas))
    this.#resizes = new ResizeObserver(() => this.#resize())
    this.#resizes.observe(options.canvas)
    this.#resize()
  }

  close(): void {
    this.#resizes.disconnect()
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#cache.close()
  }

  get view(): Viewport {
    return this.#view
  }

  /** Shows what another canvas of the same image showed. */
  show(view: Viewport): void {
    this.#move(resized(view, this.#view))
  }

  setAppearance(appearance: Appearance): void {
    this.#painter.setAppearance(appearance)
    this.#draw()
  }

  /** The finished region, and the one that is being drawn. */
  setRegion(region: Region | undefined, drawing: Drawing | undefined): void {
    this.#region = region
    this.#drawing = drawing
    this.#draw()
  }

  setGrid(shown: boolean): void {
    this.#grid = shown
    this.#draw()
  }

  pan(dx: number, dy: number): void {
    this.#move(panned(this.#view, this.#options.shape, dx, dy))
  }

  /** @param anchor CSS pixels on the canvas; default its middle */
  zoom(factor: number, anchor: Point = { x: this.#view.widthPx / 2, y: this.#view.heightPx / 2 }): void {
    this.#move(zoomed(this.#view, this.#options.shape, factor, anchor))
  }

  fit(): void {
    this.#fitting = true
    this.#view = fitted(this.#options.shape, this.#view)
    this.#draw()
  }

  /** @param at image pixels */
  valueAt(at: Point): PixelValue | undefined {
    const { shape } = this.#options
    if (at.x < 0.5 || at.y < 0.5 || at.x >= shape.widthPx + 0.5 || at.y >= shape.heightPx + 0.5)
      return undefined
    for (let level = 0; level < shape.levels; level++) {
      const span = shape.tileSizePx * 2 ** level
      const column = Math.floor((at.x - 0.5) / span)
      const row = Math.floor((at.y - 0.5) / span)
      const tile = this.#cache.get({ level, column, row })
      if (tile === undefined) continue
      const x = Math.min(tile.widthPx - 1, Math.floor((at.x - 0.5 - column * span) / 2 ** level))
      const y = Math.min(tile.heightPx - 1, Math.floor((at.y - 0.5 - row * span) / 2 ** level))
      const code = tile.codes[y * tile.widthPx + x] ?? 65_535
      const value = tile.minimum + (code * (tile.maximum - tile.minimum)) / 65_534
      return { value: code === 65_535 ? undefined : value, coarse: level > 0 }
    }
    return undefined
  }

  #move(view: Viewport): void {
    this.#fitting = false
    this.#view = view
    this.#draw()
  }

  #resize(): void {
    const { canvas, shape } = this.#options
    const size = sizeOf(canvas)
    const ratio = window.devicePixelRatio
    canvas.width = Math.round(size.widthPx * ratio)
    canvas.height = Math.round(size.heightPx * ratio)
    this.#view = this.#fitting ? fitted(shape, size) : resized(this.#view, size)
    this.#draw()
  }

  #draw(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined
      this.#drawNow()
    })
  }

  #drawNow(): void {
    const { shape, wcs } = this.#options
    const context = this.#context
    const view = this.#view
    const ratio = window.devicePixelRatio

    const level = levelFor(shape, view.scale, ratio)
    const wanted = visibleTiles(shape, view, level)
    const loaded = wanted.map((address) => ({ address, tile: this.#cache.get(address) }))
    const ready = loaded.every(({ tile }) => tile !== undefined)
    // The coarsest level first: a few tiles, and then the whole image is there to pan over.
    const top = shape.levels - 1
    this.#cache.want(ready ? wanted : [...visibleTiles(shape, view, top), ...wanted])

    context.setTransform(1, 0, 0, 1, 0, 0)
    context.fillStyle = backdrop
    context.fillRect(0, 0, context.canvas.width, context.canvas.height)
    this.#clipToImage(ratio)
    context.imageSmoothingEnabled = view.scale * ratio < 2
    if (!ready) {
      for (let coarser = top; coarser > level; coarser--) {
        for (const address of visibleTiles(shape, view, coarser)) {
          const tile = this.#cache.get(address)
          if (tile !== undefined) drawTile(context, view, ratio, shape, address, this.#painter.picture(tile))
        }
      }
    }
    for (const { address, tile } of loaded) {
      if (tile !== undefined) drawTile(context, view, ratio, shape, address, this.#painter.picture(tile))
    }
    context.restore()

    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    if (wcs !== undefined) {
      if (this.#grid) drawGrid(context, view, wcs)
      if (this.#region !== undefined) drawRegion(context, view, wcs, this.#region)
      if (this.#drawing !== undefined) drawDrawing(context, view, wcs, this.#drawing)
      drawCompass(context, view, wcs)
      drawScaleBar(context, view, wcs)
    }
    if (ready !== this.#ready) {
      this.#ready = ready
      this.#options.onReady(ready)
    }
  }

  /** Tiles of coarser levels reach over the image's edge. */
  #clipToImage(ratio: number): void {
    const { shape } = this.#options
    const view = this.#view
    const left = view.widthPx / 2 + (0.5 - view.centerX) * view.scale
    const top = view.heightPx / 2 - (shape.heightPx + 0.5 - view.centerY) * view.scale
    this.#context.save()
    this.#context.beginPath()
    this.#context.rect(
      Math.floor(left * ratio),
      Math.floor(top * ratio),
      Math.ceil(shape.widthPx * view.scale * ratio),
      Math.ceil(shape.heightPx * view.scale * ratio),
    )
    this.#context.clip()
  }

  /** @param at CSS pixels on the canvas */
  imageAt(at: Point): Point {
    return toImage(this.#view, at)
  }
}

function sizeOf(canvas: HTMLCanvasElement): ImageSize {
  return { widthPx: Math.max(1, canvas.clientWidth), heightPx: Math.max(1, canvas.clientHeight) }
}
