import type { DensityCell } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import type { FeatureCollection, Polygon } from 'geojson'
import type { GeographicBounds } from './covering'

/** Cells as the map draws them. */
export interface DensityLayer {
  readonly features: FeatureCollection<Polygon>
  /** Persons by cell. */
  readonly counts: ReadonlyMap<string, number>
  /** The least number of persons of each colour, ascending; and the colours' places. */
  readonly limits: readonly { readonly count: number; readonly colorIndex: number }[]
  readonly bounds: GeographicBounds | undefined
  readonly fullest: readonly { cell: string; count: number; longitude: number; latitude: number }[]
}

/** So many are listed in words. */
const listed = 20

/** The geometry of H3 is loaded here, when it is first needed. */
export async function makeDensityLayer(cells: readonly DensityCell[]): Promise<DensityLayer> {
  const { cellCentre, densityBounds, densityClasses, densityColorIndex, densityFeatures } = await import(
    './density-cells'
  )
  const counts = densityClasses(cells.map(({ personCount }) => personCount))
  return {
    features: densityFeatures(cells),
    counts: new Map(cells.map(({ cell, personCount }) => [cell, personCount])),
    limits: counts.map((count, index) => ({ count, colorIndex: densityColorIndex(index, counts.length) })),
    bounds: densityBounds(cells),
    fullest: [...cells]
      .sort((one, other) => other.personCount - one.personCount)
      .slice(0, listed)
      .map(({ cell, personCount }) => ({ cell, count: personCount, ...cellCentre(cell) })),
  }
}
