import type { FeatureCollection, MultiLineString, Position } from 'geojson'
import { feature, mesh } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import countriesUrl from 'world-atlas/countries-50m.json?url'

type Countries = Topology<{ countries: GeometryCollection; land: GeometryCollection }>

export interface BaseMap {
  readonly land: FeatureCollection
  readonly coast: MultiLineString
  readonly borders: MultiLineString
}

/** Land and borders at 1:50 million (Natural Earth), from this server. */
export async function loadBaseMap(signal: AbortSignal): Promise<BaseMap> {
  const response = await fetch(countriesUrl, { signal })
  if (!response.ok) throw new Error(`The base map could not be loaded: status ${response.status}.`)
  const atlas: Countries = await response.json()
  const { countries, land } = atlas.objects
  return {
    land: feature(atlas, land),
    coast: withoutSeam(mesh(atlas, countries, (one, other) => one === other)),
    borders: mesh(atlas, countries, (one, other) => one !== other),
  }
}

/** Land is cut at the antimeridian and at the pole; the cut is no coast. */
export function withoutSeam(lines: MultiLineString): MultiLineString {
  const kept: Position[][] = []
  for (const line of lines.coordinates) {
    let part: Position[] = []
    for (const [index, point] of line.entries()) {
      const before = line[index - 1]
      if (before !== undefined && liesOnSeam(before, point)) {
        kept.push(part)
        part = []
      }
      part.push(point)
    }
    kept.push(part)
  }
  return { type: 'MultiLineString', coordinates: kept.filter(({ length }) => length > 1) }
}

function liesOnSeam([west = 0, south = 0]: Position, [east = 0, north = 0]: Position): boolean {
  const edge = 179.99
  return (Math.abs(west) > edge && Math.abs(east) > edge) || (south < -89.9 && north < -89.9)
}
