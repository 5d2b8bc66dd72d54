import type { DensityCell } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import type { Feature, FeatureCollection, Polygon } from 'geojson'
import { cellToBoundary, cellToLatLng } from 'h3-js'
import type { GeographicBounds } from './covering'
import { coveringBounds } from './covering'
import { nearestLongitude } from './longitude'
import { densityColors } from './map-style'

/** The least number of persons of each class, ascending; fewer classes where there are few different numbers. */
export function densityClasses(counts: readonly number[]): number[] {
  const sorted = [...counts].sort((one, other) => one - other)
  const classes = densityColors.light.length
  const limits = new Set<number>()
  // By quantiles: a few full cells must not make the others look alike.
  for (let index = 0; index < classes; index++) {
    const limit = sorted[Math.floor((index * sorted.length) / classes)]
    if (limit !== undefined) limits.add(limit)
  }
  return [...limits]
}

export function densityClassOf(count: number, limits: readonly number[]): number {
  return Math.max(
    0,
    limits.findLastIndex((limit) => count >= limit),
  )
}

/** The class's place among all colours: few classes still reach from the first to the last. */
export function densityColorIndex(densityClass: number, classCount: number): number {
  const last = densityColors.light.length - 1
  return classCount <= 1 ? last : Math.round((densityClass * last) / (classCount - 1))
}

export function densityFeatures(cells: readonly DensityCell[]): FeatureCollection<Polygon> {
  const limits = densityClasses(cells.map(({ personCount }) => personCount))
  return {
    type: 'FeatureCollection',
    features: cells.map(({ cell, personCount }): Feature<Polygon> => {
      const index = densityColorIndex(densityClassOf(personCount, limits), limits.length)
      return {
        type: 'Feature',
        properties: { cell, count: personCount, class: index },
        geometry: { type: 'Polygon', coordinates: [cellRing(cell)] },
      }
    }),
  }
}

/** The cell's outline, not torn where it lies across the antimeridian. */
function cellRing(cell: string): [number, number][] {
  const boundary = cellToBoundary(cell, true)
  const first = boundary[0]?.[0] ?? 0
  return boundary.map(([longitude, latitude]) => [nearestLongitude(longitude, first), latitude])
}

export function densityBounds(cells: readonly DensityCell[]): GeographicBounds | undefined {
  const centres = cells.map(({ cell }) => cellToLatLng(cell))
  return coveringBounds([
    {
      person: '',
      times: new Float64Array(centres.length),
      longitudes: Float64Array.from(centres, ([, longitude]) => longitude),
      latitudes: Float64Array.from(centres, ([latitude]) => latitude),
    },
  ])
}

export function cellCentre(cell: string): { longitude: number; latitude: number } {
  const [latitude, longitude] = cellToLatLng(cell)
  return { longitude, latitude }
}
