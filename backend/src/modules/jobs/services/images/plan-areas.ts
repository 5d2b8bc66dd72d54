import type { FieldViolation } from '../../../../errors/domain-error.ts'
import type { PixelBox } from '../../../../fits/index.ts'
import { tooManyTasks } from '../../jobs-errors.ts'
import { type GivenParameters, refuse } from '../parameters.ts'
import type { PlanContext } from '../plan-context.ts'
import { pairImages } from './pair-images.ts'
import { type PlanImage, planImages, wholeOf } from './plan-image.ts'
import { readStencils, type Stencil } from './stencils.ts'

/** An image, and the part of it that a task is to work on. */
export interface ImageArea {
  readonly image: PlanImage
  /** Absent for the whole image. */
  readonly stencil?: Stencil
  /** Undefined when image and stencil have no pixel in common. */
  readonly box: PixelBox | undefined
  /** Why there is no box. */
  readonly problem: string
  /** The stencil's place among all, from 1: distinguishes the results of one image. */
  readonly ordinal: number
}

/**
 * Reads ID with CIRCLE, POLYGON and POS: every image with every stencil, or whole images without one. Throws
 * errors that name the parameter at fault.
 * @param tasksEach what the caller makes of each area, for the limit of tasks
 */
export async function planAreas(
  parameters: GivenParameters,
  context: PlanContext,
  tasksEach = 1,
): Promise<ImageArea[]> {
  const violations: FieldViolation[] = []
  const stencils = await readStencils(parameters, violations, context.signal)
  refuse(violations)
  const ids = parameters.all('ID')
  const count = ids.length * Math.max(1, stencils.length) * tasksEach
  if (count > context.maxTasks) throw tooManyTasks(count, context.maxTasks)
  const images = await planImages(ids, context)
  if (stencils.length > 0) return pairImages(images, stencils, context.signal)
  return images.map((image) => ({ image, box: wholeOf(image), problem: '', ordinal: 1 }))
}
