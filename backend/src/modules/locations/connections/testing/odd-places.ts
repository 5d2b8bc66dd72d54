import { cellToLatLng, getPentagons } from 'h3-js'
import type { Point } from '../sphere.ts'

/** Where maps and grids go wrong: poles, antimeridian, pentagons, and a city for comparison. */
export const ODD_PLACES: readonly (Point & { readonly name: string })[] = [
  { name: 'a city', latitude: 47.3769, longitude: 8.5417 },
  { name: 'the origin', latitude: 0, longitude: 0 },
  { name: 'the north pole', latitude: 90, longitude: 0 },
  { name: 'beside the north pole', latitude: 89.9995, longitude: 120 },
  { name: 'the south pole', latitude: -90, longitude: 77 },
  { name: 'the antimeridian', latitude: 16.5, longitude: -180 },
  { name: 'the antimeridian in the north', latitude: 71.2, longitude: 179.9999 },
  ...getPentagons(9)
    .filter((_, index) => index % 3 === 0)
    .map((cell) => {
      const [latitude, longitude] = cellToLatLng(cell)
      return { name: `the pentagon ${cell}`, latitude, longitude }
    }),
]

/** The point that lies that far in that direction; longitude from -180 to below 180. */
export function pointAt(from: Point, bearingDeg: number, angleDeg: number): Point {
  const radians = Math.PI / 180
  const [bearing, angle, latitude] = [bearingDeg * radians, angleDeg * radians, from.latitude * radians]
  const sine = Math.sin(latitude) * Math.cos(angle) + Math.cos(latitude) * Math.sin(angle) * Math.cos(bearing)
  const turn = Math.atan2(
    Math.sin(bearing) * Math.sin(angle) * Math.cos(latitude),
    Math.cos(angle) - Math.sin(latitude) * sine,
  )
  const longitude = from.longitude + turn / radians
  return {
    latitude: Math.asin(Math.max(-1, Math.min(1, sine))) / radians,
    longitude: ((((longitude + 180) % 360) + 360) % 360) - 180,
  }
}
