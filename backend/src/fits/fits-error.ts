/** Why a FITS file, its coordinate system or a region was refused. Stable: callers map it to their own errors. */
export type FitsErrorReason =
  | 'NOT_FITS'
  | 'TRUNCATED'
  | 'BAD_HEADER'
  | 'SIZE_OVERFLOW'
  | 'NO_IMAGE'
  | 'UNSUPPORTED_IMAGE'
  | 'NO_WCS'
  | 'UNSUPPORTED_WCS'
  | 'BAD_WCS'
  | 'BAD_REGION'
  | 'REGION_OUTSIDE_IMAGE'
  | 'BAD_PIXEL_BOX'

/** The only error that this folder throws on bad input. Its message names the keyword, the limit and the way out. */
export class FitsError extends Error {
  readonly reason: FitsErrorReason

  constructor(reason: FitsErrorReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FitsError'
    this.reason = reason
  }
}
