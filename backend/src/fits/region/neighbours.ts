import { newVector, type Vector } from '../wcs/vector.ts'
import type { Wcs } from '../wcs/wcs.ts'
import type { SkyShape } from './sky-shape.ts'

/**
 * Tells which pixels have their centres inside a shape, each from the one before. Rounding cannot put the answers out
 * of step: on which side of an edge a centre is, and a corner of the arc to it, is reckoned alike on the way to it
 * and away from it.
 */
export class Neighbours {
  readonly #wcs: Wcs
  readonly #shape: SkyShape
  #direction: Vector = newVector()
  #known: Vector = newVector()
  #knownInside: boolean | undefined

  constructor(wcs: Wcs, shape: SkyShape) {
    this.#wcs = wcs
    this.#shape = shape
  }

  holds(x: number, y: number): boolean {
    const direction = this.#direction
    if (!this.#wcs.pixelToVector(x, y, direction)) return false
    const shape = this.#shape
    const inside =
      this.#knownInside === undefined || shape.containsNear === undefined
        ? shape.contains(direction)
        : shape.containsNear(direction, this.#known, this.#knownInside)
    this.#direction = this.#known
    this.#known = direction
    this.#knownInside = inside
    return inside
  }
}
