import { FitsError } from '../fits-error.ts'
import type { PixelBox } from '../image/pixel-box.ts'
import { DEGREES, newVector } from '../wcs/vector.ts'
import type { Wcs } from '../wcs/wcs.ts'
import { formatRegion, type Region } from './region.ts'
import { type SkyShape, skyShape } from './sky-shape.ts'

/** Blocks of this side or less are gone through pixel by pixel. */
const LEAF_PX = 8
/** Angles that differ by less than this, radians, count as equal when a whole block is judged. */
const SLACK = 1e-13

/**
 * The smallest box that holds every pixel whose centre is inside the region. A region that holds no pixel's
 * centre, being smaller than a pixel, gives the pixels that hold its centre (a circle) or its corners.
 * The region is one that checkRegion() let pass, as the parsers' are. Throws REGION_OUTSIDE_IMAGE where nothing of
 * it is on the image.
 *
 * The boundary's own pixels give a first box; then the image is divided into four again and again, leaving out
 * what is surely outside the region or inside the box already, so that the answer is exact at any projection and
 * the work grows with the boundary's length, not with the image.
 */
export function regionToPixelBox(wcs: Wcs, widthPx: number, heightPx: number, region: Region): PixelBox {
  const search = new BoxSearch(wcs, widthPx, heightPx, skyShape(region))
  const box = search.run()
  if (box) return box
  throw new FitsError(
    'REGION_OUTSIDE_IMAGE',
    `${shorten(formatRegion(region))} has no pixel in common with the image of ${widthPx} x ${heightPx} pixels. Choose a region within its footprint.`,
  )
}

class BoxSearch {
  readonly #wcs: Wcs
  readonly #width: number
  readonly #height: number
  readonly #shape: SkyShape
  readonly #direction = newVector()
  readonly #pixel = new Float64Array(2)
  #box: PixelBox | undefined

  constructor(wcs: Wcs, width: number, height: number, shape: SkyShape) {
    this.#wcs = wcs
    this.#width = width
    this.#height = height
    this.#shape = shape
  }

  run(): PixelBox | undefined {
    this.#seed()
    this.#visit(1, this.#width, 1, this.#height)
    if (!this.#box) this.#takeAnchors()
    return this.#box
  }

  #seed(): void {
    for (const point of this.#shape.boundary(this.#wcs.pixelScaleDeg / DEGREES)) {
      if (!this.#wcs.vectorToPixel(point, this.#pixel)) continue
      const x = Math.floor(this.#pixel[0] as number)
      const y = Math.floor(this.#pixel[1] as number)
      for (let dx = 0; dx < 2; dx++) for (let dy = 0; dy < 2; dy++) this.#test(x + dx, y + dy)
    }
  }

  #visit(xMin: number, xMax: number, yMin: number, yMax: number): void {
    if (xMin > xMax || yMin > yMax || this.#covers(xMin, xMax, yMin, yMax)) return
    const x = (xMin + xMax) / 2
    const y = (yMin + yMax) / 2
    const reach = this.#wcs.reach(x, y, Math.hypot(xMax - xMin, yMax - yMin) / 2)
    if (reach < 0) return
    if (Number.isFinite(reach) && this.#wcs.pixelToVector(x, y, this.#direction)) {
      const distance = this.#shape.distance(this.#direction)
      if (distance > reach + SLACK) return
      if (distance < -reach - SLACK) {
        this.#extend(xMin, xMax, yMin, yMax)
        return
      }
    }
    if (xMax - xMin < LEAF_PX && yMax - yMin < LEAF_PX) {
      for (let row = yMin; row <= yMax; row++) {
        for (let column = xMin; column <= xMax; column++) this.#test(column, row)
      }
      return
    }
    const xMiddle = xMax - xMin < LEAF_PX ? xMax : Math.floor(x)
    const yMiddle = yMax - yMin < LEAF_PX ? yMax : Math.floor(y)
    this.#visit(xMin, xMiddle, yMin, yMiddle)
    this.#visit(xMiddle + 1, xMax, yMiddle + 1, yMax)
    this.#visit(xMiddle + 1, xMax, yMin, yMiddle)
    this.#visit(xMin, xMiddle, yMiddle + 1, yMax)
  }

  #test(x: number, y: number): void {
    if (x < 1 || y < 1 || x > this.#width || y > this.#height || this.#covers(x, x, y, y)) return
    if (this.#wcs.pixelToVector(x, y, this.#direction) && this.#shape.contains(this.#direction)) {
      this.#extend(x, x, y, y)
    }
  }

  #takeAnchors(): void {
    for (const point of this.#shape.anchors) {
      if (!this.#wcs.vectorToPixel(point, this.#pixel)) continue
      const x = Math.round(this.#pixel[0] as number)
      const y = Math.round(this.#pixel[1] as number)
      if (x >= 1 && y >= 1 && x <= this.#width && y <= this.#height) this.#extend(x, x, y, y)
    }
  }

  #covers(xMin: number, xMax: number, yMin: number, yMax: number): boolean {
    const box = this.#box
    return box !== undefined && xMin >= box.xMin && xMax <= box.xMax && yMin >= box.yMin && yMax <= box.yMax
  }

  #extend(xMin: number, xMax: number, yMin: number, yMax: number): void {
    const box = this.#box
    this.#box = box
      ? {
          xMin: Math.min(box.xMin, xMin),
          xMax: Math.max(box.xMax, xMax),
          yMin: Math.min(box.yMin, yMin),
          yMax: Math.max(box.yMax, yMax),
        }
      : { xMin, xMax, yMin, yMax }
  }
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
