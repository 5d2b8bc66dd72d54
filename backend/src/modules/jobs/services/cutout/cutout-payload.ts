import type { PixelBox } from '../../../../fits/index.ts'

/** One cutout to make. */
export interface CutoutPayload {
  readonly sourceId: string
  readonly stencil: string
  readonly baseName: string
  readonly location: unknown
  readonly hdu: number
  /** Absent when image and stencil have no pixel in common; then `problem` is the result. */
  readonly box?: PixelBox
  readonly problem: string
}
