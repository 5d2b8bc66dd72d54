import type { FeatureCollection, MultiLineString, Position } from 'geojson'
import { feature, mesh } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import countriesUrl from 'world-atlas/countries-50m.json?url'
import { nearestLongitude } from './longitude'

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
    land: unwrappedLand(feature(atlas, land)),
    coast: unwrappedLines(mesh(atlas, countries, (one, other) => one === other)),
    borders: unwrappedLines(mesh(atlas, countries, (one, other) => one !== other)),
  }
}

/** A line across the antimeridian runs on beyond 180 degrees; the map draws it on both sides. */
export function unwrappedLine(line: readonly Position[]): Position[] {
  let before = line[0]?.[0] ?? 0
  return line.map(([longitude = 0, latitude = 0]) => {
    before = nearestLongitude(longitude, before)
    return [before, latitude]
  })
}

/** As unwrappedLine; a ring around a pole, which does not close then, is closed along the map's edge. */
export function unwrappedRing(ring: readonly Position[]): Position[] {
  const line = unwrappedLine(ring)
  const [first, last] = [line[0], line.at(-1)]
  if (first === undefined || last === undefined) return line
  const [west = 0, latitude = 0] = first
  const [east = 0] = last
  if (Math.abs(east - west) < 180) return line
  const pole = latitude < 0 ? -90 : 90
  return [...line, [east, pole], [west, pole], first]
}

function unwrappedLand(land: FeatureCollection): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: land.features.map((part) => {
      const { geometry } = part
      if (geometry.type !== 'MultiPolygon') return part
      const coordinates = geometry.coordinates.map((polygon) => polygon.map(unwrappedRing))
      return { ...part, geometry: { type: 'MultiPolygon', coordinates } }
    }),
  }
}

function unwrappedLines({ coordinates }: MultiLineString): MultiLineString {
  return { type: 'MultiLineString', coordinates: coordinates.map(unwrappedLine) }
}
