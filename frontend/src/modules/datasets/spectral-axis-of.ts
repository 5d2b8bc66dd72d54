import { SpectralAxis } from '@fairlead/backend/spectral'
import { FitsError, FitsHeader } from '@fairlead/backend/wcs'
import type { Dataset } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'

/** The wavelengths of a cube's planes; undefined where its third axis has none that can be understood. */
export function spectralAxisOf(dataset: Pick<Dataset, 'header'>): SpectralAxis | undefined {
  try {
    const axis = SpectralAxis.fromHeader(FitsHeader.fromCards(dataset.header))
    return axis?.axis === 3 ? axis : undefined
  } catch (error) {
    if (error instanceof FitsError) return undefined
    throw error
  }
}
