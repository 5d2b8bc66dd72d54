import type { PixelBox } from '../../../../fits/index.ts'
import type { ImageLook } from '../images/render-image.ts'

/** One picture to draw. */
export interface PreviewPayload {
  readonly sourceId: string
  /** Empty for the whole image. */
  readonly stencil: string
  readonly baseName: string
  readonly location: unknown
  readonly hdu: number
  readonly box: PixelBox
  readonly look: ImageLook
}
