import type { Feature, Polygon } from 'geojson'
import type { GeographicBounds } from './covering'
import { nearestLongitude } from './longitude'

/** Metres, of the sphere by which the server measures. */
const earthRadiusM = 6_371_008.7714
const corners = 72

export interface MapPlace {
  /** Degrees. */
  readonly longitude: number
  readonly latitude: number
}

/** All that is at most so far from a place, as the map draws it; across the antimeridian it runs on beyond 180. */
export function reachFeature({ longitude, latitude }: MapPlace, distanceM: number): Feature<Polygon> {
  const radians = Math.PI / 180
  const angle = distanceM / earthRadiusM
  const ring = Array.from({ length: corners + 1 }, (_, index) => {
    // The destination of a great circle (Snyder, Map Projections, 1987, eq. 5-5 and 5-6).
    const bearing = (2 * Math.PI * (index % corners)) / corners
    const sine =
      Math.sin(latitude * radians) * Math.cos(angle) +
      Math.cos(latitude * radians) * Math.sin(angle) * Math.cos(bearing)
    const east = Math.atan2(
      Math.sin(bearing) * Math.sin(angle),
      Math.cos(latitude * radians) * Math.cos(angle) -
        Math.sin(latitude * radians) * Math.sin(angle) * Math.cos(bearing),
    )
    return [nearestLongitude(longitude + east / radians, longitude), Math.asin(sine) / radians]
  })
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }
}

export function reachBounds(place: MapPlace, distanceM: number): GeographicBounds {
  const [ring = []] = reachFeature(place, distanceM).geometry.coordinates
  const longitudes = ring.map(([longitude = 0]) => longitude)
  const latitudes = ring.map(([, latitude = 0]) => latitude)
  return {
    west: Math.min(...longitudes),
    east: Math.max(...longitudes),
    south: Math.min(...latitudes),
    north: Math.max(...latitudes),
  }
}
