import type { PixelBox } from '../image/pixel-box.ts'
import { newVector } from '../wcs/vector.ts'
import type { Wcs } from '../wcs/wcs.ts'
import { Neighbours } from './neighbours.ts'
import type { Region } from './region.ts'
import { type SkyShape, skyShape } from './sky-shape.ts'

/** Blocks of this side or less are gone through pixel by pixel. */
const LEAF_PX = 8
/** Angles that differ by less than this, radians, count as equal when a whole block is judged. */
const SLACK = 1e-13

/** Which pixels of an image have their centre inside a region that checkRegion() let pass. */
export class RegionMask {
  readonly #wcs: Wcs
  readonly #shape: SkyShape
  readonly #neighbours: Neighbours
  readonly #direction = newVector()

  constructor(wcs: Wcs, region: Region) {
    this.#wcs = wcs
    this.#shape = skyShape(region)
    this.#neighbours = new Neighbours(wcs, this.#shape)
  }

  /** 1 for each pixel of the box that is inside, 0 for the others, row by row from the first. */
  of(box: PixelBox): Uint8Array {
    const width = box.xMax - box.xMin + 1
    const mask = new Uint8Array(width * (box.yMax - box.yMin + 1))
    const mark = ({ xMin, xMax, yMin, yMax }: PixelBox): void => {
      for (let y = yMin; y <= yMax; y++) {
        const row = (y - box.yMin) * width - box.xMin
        mask.fill(1, row + xMin, row + xMax + 1)
      }
    }
    this.#visit(box, mark)
    return mask
  }

  /** Divides into four whatever is not all inside or all outside, so that the work grows with the boundary alone. */
  #visit(box: PixelBox, mark: (inside: PixelBox) => void): void {
    const { xMin, xMax, yMin, yMax } = box
    if (xMin > xMax || yMin > yMax) return
    const x = (xMin + xMax) / 2
    const y = (yMin + yMax) / 2
    const reach = this.#wcs.reach(x, y, Math.hypot(xMax - xMin, yMax - yMin) / 2)
    if (reach < 0) return
    if (Number.isFinite(reach) && this.#wcs.pixelToVector(x, y, this.#direction)) {
      const distance = this.#shape.distance(this.#direction, reach + SLACK)
      if (distance > reach + SLACK) return
      if (distance < -reach - SLACK) {
        mark(box)
        return
      }
    }
    const xMiddle = xMax - xMin < LEAF_PX ? xMax : Math.floor(x)
    const yMiddle = yMax - yMin < LEAF_PX ? yMax : Math.floor(y)
    if (xMiddle === xMax && yMiddle === yMax) {
      this.#test(box, mark)
      return
    }
    this.#visit({ xMin, xMax: xMiddle, yMin, yMax: yMiddle }, mark)
    this.#visit({ xMin: xMiddle + 1, xMax, yMin, yMax: yMiddle }, mark)
    this.#visit({ xMin, xMax: xMiddle, yMin: yMiddle + 1, yMax }, mark)
    this.#visit({ xMin: xMiddle + 1, xMax, yMin: yMiddle + 1, yMax }, mark)
  }

  #test({ xMin, xMax, yMin, yMax }: PixelBox, mark: (inside: PixelBox) => void): void {
    for (let y = yMin; y <= yMax; y++) {
      for (let x = xMin; x <= xMax; x++) {
        if (this.#neighbours.holds(x, y)) mark({ xMin: x, xMax: x, yMin: y, yMax: y })
      }
    }
  }
}
