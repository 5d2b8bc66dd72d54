import type { KeptPlanes, PixelBox } from '../../../../fits/index.ts'

/** One cutout to make. */
export interface CutoutPayload {
  readonly sourceId: string
  readonly stencil: string
  readonly baseName: string
  readonly location: unknown
  readonly hdu: number
  /** Absent when the image has no pixel in the region or the band; then `problem` is the result. */
  readonly box?: PixelBox
  readonly problem: string
  /** Of a cube that is cut by wavelength too; absent for all. */
  readonly planes?: KeptPlanes
  /** The plane that the picture shows, from 0; absent when there is to be no picture. */
  readonly shownPlane?: number
}
