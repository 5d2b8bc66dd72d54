import { FitsError, FitsHeader, Wcs } from '@fairlead/backend/wcs'
import type { Dataset } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'

/** The image's coordinate system by its header, or why there is none. */
export function coordinatesOf(dataset: Dataset): { wcs: Wcs | undefined; problem: string | undefined } {
  if (dataset.coverage === undefined) {
    return {
      wcs: undefined,
      problem: 'This image has no celestial coordinates: it can be looked at, but not cut out by region.',
    }
  }
  try {
    return { wcs: Wcs.fromHeader(FitsHeader.fromCards(dataset.header)), problem: undefined }
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    return { wcs: undefined, problem: error.message }
  }
}
