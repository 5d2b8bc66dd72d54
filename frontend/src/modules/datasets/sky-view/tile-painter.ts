import { type Appearance, BLANK_CODE, MAX_CODE, renderValues } from '@fairlead/backend/imaging'
import type { Tile } from './tile-cache'

/** Colours between the cuts; finer than any stretch can show. */
const steps = 16_384

/** Colours tiles, and keeps each one's pixels until the appearance changes. */
export class TilePainter {
  #appearance: Appearance
  #colors: Uint32Array
  readonly #painted = new WeakMap<Tile, { canvas: HTMLCanvasElement; colors: Uint32Array }>()

  constructor(appearance: Appearance) {
    this.#appearance = appearance
    this.#colors = colorRamp(appearance)
  }

  setAppearance(appearance: Appearance): void {
    this.#appearance = appearance
    this.#colors = colorRamp(appearance)
  }

  /** The tile as a picture, its last row first. */
  picture(tile: Tile): HTMLCanvasElement {
    const before = this.#painted.get(tile)
    if (before?.colors === this.#colors) return before.canvas
    const canvas = before?.canvas ?? document.createElement('canvas')
    if (before === undefined) {
      canvas.width = tile.widthPx
      canvas.height = tile.heightPx
    }
    canvas.getContext('2d')?.putImageData(this.#paint(tile), 0, 0)
    this.#painted.set(tile, { canvas, colors: this.#colors })
    return canvas
  }

  #paint({ widthPx, heightPx, minimum, maximum, codes }: Tile): ImageData {
    const { minimum: low, maximum: high } = this.#appearance
    const colors = this.#colors
    const image = new ImageData(widthPx, heightPx)
    const pixels = new Uint32Array(image.data.buffer)
    const valueStep = (maximum - minimum) / MAX_CODE
    const factor = high > low ? (steps - 1) / (high - low) : 0
    const first = (minimum - low) * factor + 0.5
    const step = valueStep * factor
    const last = steps - 1
    for (let row = 0; row < heightPx; row++) {
      // FITS rows run upwards, a canvas' downwards.
      let to = (heightPx - 1 - row) * widthPx
      for (let from = row * widthPx; from < (row + 1) * widthPx; from++, to++) {
        const code = codes[from] as number
        if (code === BLANK_CODE) continue
        const place = factor === 0 ? (minimum + code * valueStep > low ? last : 0) : first + code * step
        pixels[to] = colors[place <= 0 ? 0 : place >= last ? last : place | 0] as number
      }
    }
    return image
  }
}

function colorRamp(appearance: Appearance): Uint32Array {
  const { minimum, maximum } = appearance
  const ramp = new Float64Array(steps)
  // Without a range between the cuts, the ramp is its two ends.
  const range = maximum > minimum ? maximum - minimum : 1
  for (let step = 0; step < steps; step++) ramp[step] = minimum + (range * step) / (steps - 1)
  return new Uint32Array(renderValues(ramp, { ...appearance, maximum: minimum + range }).buffer)
}
