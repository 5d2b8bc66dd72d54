import type { CustomLayerInterface, Map as MapLibreMap } from 'maplibre-gl'
import { tilePx, worldPxOf } from './paint-tile'
import { type ShownTrack, TilePainter } from './tile-painter'
import { type PlaneBox, type Tile, TileSet } from './tile-set'
import { type ClipBox, TileTextures } from './tile-textures'
import { worldX, worldY } from './world-track'

/** An image that came from the painter, and the texture that a frame makes of it. */
interface TileImage {
  bitmap: ImageBitmap | undefined
  texture: WebGLTexture | undefined
}

type TracksSet = TileSet<TileImage>

/** Tiles that are on their way at a time: few, so that those of a view that is left are not waited for. */
const paintedAtOnce = 3
/** Textures made in one frame; each takes a millisecond or two without a graphics card. */
const texturesPerFrame = 2
/** While the map zooms, tiles of another zoom are stretched by no more than that. */
const mostStretch = 1.6
const opacity = 0.8

/**
 * Tracks as tiles that a worker paints at the very zoom that is seen: a pan draws a few textures, however many fixes
 * there are. Where the map zooms, tiles of the zoom before are stretched until those of the new one are there. The
 * map is neither turned nor tilted.
 */
export class TracksLayer implements CustomLayerInterface {
  readonly id = 'tracks'
  readonly type = 'custom'
  readonly renderingMode = '2d'
  readonly #painter: TilePainter
  #map: MapLibreMap | undefined
  #textures: TileTextures | undefined
  #shown: TracksSet | undefined
  /** Takes the place of those shown once it covers the view. */
  #coming: TracksSet | undefined
  #revision = 0
  #isEmpty = true
  #onTheWay = 0

  constructor(onFailure: (message: string) => void) {
    this.#painter = new TilePainter(onFailure)
  }

  show(tracks: readonly ShownTrack[]): void {
    if (this.#isEmpty && tracks.length === 0) return
    this.#isEmpty = tracks.length === 0
    this.#painter.show(tracks)
    this.#revision++
    this.#map?.triggerRepaint()
  }

  /** Whether the view has all that there is to draw. */
  isComplete(): boolean {
    if (this.#isEmpty) return true
    const map = this.#map
    if (map === undefined || this.#shown === undefined) return false
    const isCurrent = this.#shown.zoom === map.getZoom() && this.#shown.revision === this.#revision
    return isCurrent && this.#shown.covers(viewOf(map, this.#shown))
  }

  onAdd(map: MapLibreMap, gl: WebGL2RenderingContext): void {
    // Those of a context that was lost are lost with it.
    this.#shown = this.#coming = undefined
    this.#map = map
    this.#textures = new TileTextures(gl)
  }

  onRemove(): void {
    for (const set of [this.#shown, this.#coming]) if (set !== undefined) this.#discard(set)
    this.#shown = this.#coming = undefined
    this.#textures?.dispose()
    this.#textures = this.#map = undefined
  }

  /** The layer is of no use afterwards. */
  stop(): void {
    this.#painter.remove()
  }

  render(): void {
    const map = this.#map
    const textures = this.#textures
    if (map === undefined || textures === undefined) return
    this.#choose(map)
    const sets = this.#coming === undefined ? [this.#shown] : [this.#coming]
    for (const set of sets) if (set !== undefined) this.#paintMissing(set, viewOf(map, set))
    this.#makeTextures(textures, map)
    const { clientWidth, clientHeight } = map.getContainer()
    const shown = this.#shown
    if (shown === undefined) return
    const view = viewOf(map, shown)
    for (const gone of shown.forget(view)) this.#drop(gone)
    const visible: { texture: WebGLTexture; box: ClipBox }[] = []
    for (const { place, image } of shown.tiles()) {
      if (image?.texture === undefined) continue
      const box = clipBoxOf(view, place.column, place.row)
      const isSeen = box.right > -1 && box.left < 1 && box.bottom < 1 && box.top > -1
      if (isSeen) visible.push({ texture: image.texture, box })
    }
    if (clientWidth > 0 && clientHeight > 0) textures.draw(visible, opacity)
  }

  /** Which tiles are shown, and which are made to take their place. */
  #choose(map: MapLibreMap): void {
    const zoom = map.getZoom()
    const pixelRatio = map.getPixelRatio()
    const isCurrent = (set: TracksSet) =>
      set.zoom === zoom && set.pixelRatio === pixelRatio && set.revision === this.#revision
    const coming = this.#coming
    if (coming?.covers(viewOf(map, coming)) === true && this.#isDrawable(coming, map)) {
      if (this.#shown !== undefined) this.#discard(this.#shown)
      this.#shown = coming
      this.#coming = undefined
    }
    if (this.#isEmpty) {
      for (const set of [this.#shown, this.#coming]) if (set !== undefined) this.#discard(set)
      this.#shown = this.#coming = undefined
      return
    }
    const made = this.#coming ?? this.#shown
    if (made !== undefined && isCurrent(made)) return
    if (made !== undefined) {
      const stretch = 2 ** Math.abs(zoom - made.zoom)
      const isMoving = map.isZooming()
      // One that is on its way is of some use, unless the map has gone on.
      if (isMoving && stretch < mostStretch && (made === this.#coming || made.revision === this.#revision)) {
        return
      }
      if (made === this.#coming && made.zoom === zoom && made.pixelRatio === pixelRatio) return
    }
    if (this.#coming !== undefined) this.#discard(this.#coming)
    this.#coming = new TileSet({ zoom, pixelRatio, revision: this.#revision })
  }

  #paintMissing(set: TracksSet, view: PlaneBox): void {
    while (this.#onTheWay < paintedAtOnce) {
      const tile = set.next(view)
      if (tile === undefined) return
      this.#onTheWay++
      this.#painter.paint(tile.place, (bitmap) => {
        this.#onTheWay--
        tile.isPainted = true
        if (set === this.#shown || set === this.#coming) {
          tile.image = bitmap === undefined ? undefined : { bitmap, texture: undefined }
        } else bitmap?.close()
        this.#map?.triggerRepaint()
      })
    }
  }

  #makeTextures(textures: TileTextures, map: MapLibreMap): void {
    let left = texturesPerFrame
    for (const set of [this.#coming, this.#shown]) {
      for (const { image } of set?.tiles() ?? []) {
        if (image?.bitmap === undefined) continue
        if (left-- === 0) {
          map.triggerRepaint()
          return
        }
        image.texture = textures.add(image.bitmap)
        image.bitmap = undefined
      }
    }
  }

  #isDrawable(set: TracksSet, map: MapLibreMap): boolean {
    for (const { image } of set.tiles()) {
      if (image?.bitmap === undefined) continue
      map.triggerRepaint()
      return false
    }
    return true
  }

  #discard(set: TracksSet): void {
    for (const tile of set.tiles()) this.#drop(tile)
  }

  #drop({ image }: Tile<TileImage>): void {
    image?.bitmap?.close()
    if (image?.texture !== undefined) this.#textures?.remove(image.texture)
  }
}

/** What is seen, on the plane of the set; where it is not stretched, to whole pixels so that lines stay sharp. */
function viewOf(map: MapLibreMap, set: TracksSet): PlaneBox {
  const worldPx = worldPxOf(set)
  const stretch = 2 ** (map.getZoom() - set.zoom)
  const { lng, lat } = map.getCenter()
  const { clientWidth, clientHeight } = map.getContainer()
  const width = (clientWidth * set.pixelRatio) / stretch
  const height = (clientHeight * set.pixelRatio) / stretch
  const west = worldX(lng) * worldPx - width / 2
  const north = worldY(lat) * worldPx - height / 2
  const [left, top] = stretch === 1 ? [Math.round(west), Math.round(north)] : [west, north]
  return { west: left, north: top, east: left + width, south: top + height }
}

function clipBoxOf({ west, north, east, south }: PlaneBox, column: number, row: number): ClipBox {
  const x = (pixel: number) => (2 * (pixel - west)) / (east - west) - 1
  const y = (pixel: number) => 1 - (2 * (pixel - north)) / (south - north)
  return {
    left: x(column * tilePx),
    top: y(row * tilePx),
    right: x((column + 1) * tilePx),
    bottom: y((row + 1) * tilePx),
  }
}
