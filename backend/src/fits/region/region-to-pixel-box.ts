import { FitsError } from '../fits-error.ts'
import type { PixelBox } from '../image/pixel-box.ts'
import { DEGREES, newVector } from '../wcs/vector.ts'
import type { Wcs } from '../wcs/wcs.ts'
import { Neighbours } from './neighbours.ts'
import { formatRegion, type Region } from './region.ts'
import { type SkyShape, skyShape } from './sky-shape.ts'

/** Blocks of this side or less are gone through pixel by pixel. */
const LEAF_PX = 8
/** Points or blocks between two chances for others: each takes up to a millisecond. */
const STEP = 4
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
  const search = searchPixelBox(wcs, widthPx, heightPx, region)
  for (;;) {
    const { done, value } = search.next()
    if (done) return value
  }
}

/**
 * As regionToPixelBox, in steps of a few milliseconds at most, between which the caller may do something else: an
 * outline of many corners takes a quarter of a second.
 */
export function* searchPixelBox(
  wcs: Wcs,
  widthPx: number,
  heightPx: number,
  region: Region,
): Generator<void, PixelBox> {
  const box = yield* new BoxSearch(wcs, widthPx, heightPx, skyShape(region)).run()
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
  readonly #neighbours: Neighbours
  readonly #direction = newVector()
  readonly #pixel = new Float64Array(2)
  #box: PixelBox | undefined

  constructor(wcs: Wcs, width: number, height: number, shape: SkyShape) {
    this.#wcs = wcs
    this.#width = width
    this.#height = height
    this.#shape = shape
    this.#neighbours = new Neighbours(wcs, shape)
  }

  *run(): Generator<void, PixelBox | undefined> {
    yield* this.#seed()
    yield* this.#search()
    if (!this.#box) this.#takeAnchors()
    return this.#box
  }

  /** The outermost points first: the box that they give leaves little of the others to look at. */
  *#seed(): Generator<void> {
    const pixels: { x: number; y: number }[] = []
    for (const point of this.#shape.boundary(this.#wcs.pixelScaleDeg / DEGREES)) {
      if (!this.#wcs.vectorToPixel(point, this.#pixel)) continue
      pixels.push({ x: Math.floor(this.#pixel[0] as number), y: Math.floor(this.#pixel[1] as number) })
    }
    const middleX = pixels.reduce((sum, { x }) => sum + x, 0) / pixels.length
    const middleY = pixels.reduce((sum, { y }) => sum + y, 0) / pixels.length
    const outwards = ({ x, y }: { x: number; y: number }): number =>
      Math.max(Math.abs(x - middleX), Math.abs(y - middleY))
    pixels.sort((a, b) => outwards(b) - outwards(a))
    for (const [i, { x, y }] of pixels.entries()) {
      if (i % STEP === 0) yield
      for (let dx = 0; dx < 2; dx++) for (let dy = 0; dy < 2; dy++) this.#test(x + dx, y + dy)
    }
  }

  *#search(): Generator<void> {
    const left: PixelBox[] = [{ xMin: 1, xMax: this.#width, yMin: 1, yMax: this.#height }]
    for (let visits = 1, block = left.pop(); block !== undefined; visits++, block = left.pop()) {
      if (visits % STEP === 0) yield
      left.push(...this.#visit(block))
    }
  }

  /** The parts of the block that are still to be visited, the last one first. */
  #visit({ xMin, xMax, yMin, yMax }: PixelBox): PixelBox[] {
    if (xMin > xMax || yMin > yMax || this.#covers(xMin, xMax, yMin, yMax)) return []
    const x = (xMin + xMax) / 2
    const y = (yMin + yMax) / 2
    const reach = this.#wcs.reach(x, y, Math.hypot(xMax - xMin, yMax - yMin) / 2)
    if (reach < 0) return []
    if (Number.isFinite(reach) && this.#wcs.pixelToVector(x, y, this.#direction)) {
      const distance = this.#shape.distance(this.#direction, reach + SLACK)
      if (distance > reach + SLACK) return []
      if (distance < -reach - SLACK) {
        this.#extend(xMin, xMax, yMin, yMax)
        return []
      }
    }
    if (xMax - xMin < LEAF_PX && yMax - yMin < LEAF_PX) {
      for (let row = yMin; row <= yMax; row++) {
        for (let column = xMin; column <= xMax; column++) this.#test(column, row)
      }
      return []
    }
    const xMiddle = xMax - xMin < LEAF_PX ? xMax : Math.floor(x)
    const yMiddle = yMax - yMin < LEAF_PX ? yMax : Math.floor(y)
    return [
      { xMin, xMax: xMiddle, yMin: yMiddle + 1, yMax },
      { xMin: xMiddle + 1, xMax, yMin, yMax: yMiddle },
      { xMin: xMiddle + 1, xMax, yMin: yMiddle + 1, yMax },
      { xMin, xMax: xMiddle, yMin, yMax: yMiddle },
    ]
  }

  #test(x: number, y: number): void {
    if (x < 1 || y < 1 || x > this.#width || y > this.#height || this.#covers(x, x, y, y)) return
    if (this.#neighbours.holds(x, y)) this.#extend(x, x, y, y)
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
