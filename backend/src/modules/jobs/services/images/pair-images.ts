import type { FieldViolation } from '../../../../errors/domain-error.ts'
import { FitsError, type PixelBox, searchPixelBox } from '../../../../fits/index.ts'
import { refuse } from '../parameters.ts'
import { giveWay } from './give-way.ts'
import type { PlanImage } from './plan-image.ts'
import type { Stencil } from './stencils.ts'

/** One image cut by one stencil. */
export interface ImagePair {
  readonly image: PlanImage
  readonly stencil: Stencil
  /** Undefined when they have no pixel in common. */
  readonly box: PixelBox | undefined
  /** Why there is no box. */
  readonly problem: string
  /** The stencil's place among all, from 1: distinguishes the results of one image. */
  readonly ordinal: number
}

/**
 * Every image with every stencil (SODA 1.0, section 4.3). Images without coordinates, and stencils that meet
 * none of the images, are refused, each by its field.
 */
export async function pairImages(
  images: readonly PlanImage[],
  stencils: readonly Stencil[],
  signal: AbortSignal,
): Promise<ImagePair[]> {
  const violations: FieldViolation[] = images
    .filter(({ wcs }) => wcs === undefined)
    .map(({ id, field, wcsProblem }) => ({
      field,
      description: `${id} cannot be cut by a region of the sky: ${wcsProblem}`,
    }))
  refuse(violations)
  const pairs: ImagePair[] = []
  for (const [index, stencil] of stencils.entries()) {
    const ofStencil: ImagePair[] = []
    for (const image of images) {
      await giveWay(signal)
      ofStencil.push(await pairOf(image, stencil, index + 1, signal))
    }
    if (ofStencil.every(({ box }) => box === undefined)) {
      violations.push({ field: stencil.field, description: ofStencil[0]?.problem ?? '' })
    }
    pairs.push(...ofStencil)
  }
  refuse(violations, 'NO_PIXELS')
  return pairs
}

/** Time that the search has before others have the thread. */
const TURN_MS = 5

async function pairOf(
  image: PlanImage,
  stencil: Stencil,
  ordinal: number,
  signal: AbortSignal,
): Promise<ImagePair> {
  const { wcs, hdu } = image
  if (wcs === undefined) throw new Error('an image without coordinates was not refused')
  try {
    const search = searchPixelBox(wcs, hdu.widthPx, hdu.heightPx, stencil.region)
    let turnEnds = performance.now() + TURN_MS
    for (;;) {
      const { done, value } = search.next()
      if (done) return { image, stencil, box: value, problem: '', ordinal }
      if (performance.now() < turnEnds) continue
      await giveWay(signal)
      turnEnds = performance.now() + TURN_MS
    }
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    return { image, stencil, box: undefined, problem: error.message, ordinal }
  }
}
