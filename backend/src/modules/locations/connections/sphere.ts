/** Mean radius of WGS 84's ellipsoid, (2a + b) / 3; the sphere of PostGIS too. */
export const EARTH_RADIUS_M = 6_371_008.7714

const RADIANS = Math.PI / 180

export interface Point {
  /** Degrees. */
  readonly latitude: number
  readonly longitude: number
}

/** Great circle in metres, by haversines: exact to nanometres for near points, where it counts. */
export function distanceM(a: Point, b: Point): number {
  const sinLatitude = Math.sin(((b.latitude - a.latitude) * RADIANS) / 2)
  const sinLongitude = Math.sin(((b.longitude - a.longitude) * RADIANS) / 2)
  const haversine =
    sinLatitude * sinLatitude +
    Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * sinLongitude * sinLongitude
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(haversine)))
}

/** Half way on the great circle; of antipodes, some point between them. Longitude from -180 to below 180. */
export function midpoint(a: Point, b: Point): Point {
  const [ax, ay, az] = unitVector(a)
  const [bx, by, bz] = unitVector(b)
  const x = ax + bx
  const y = ay + by
  const z = az + bz
  const longitude = Math.atan2(y, x) / RADIANS
  return {
    latitude: Math.atan2(z, Math.hypot(x, y)) / RADIANS,
    longitude: longitude >= 180 ? longitude - 360 : longitude,
  }
}

/** The direction from the Earth's centre. */
export function unitVector({ latitude, longitude }: Point): readonly [number, number, number] {
  const cosLatitude = Math.cos(latitude * RADIANS)
  return [
    cosLatitude * Math.cos(longitude * RADIANS),
    cosLatitude * Math.sin(longitude * RADIANS),
    Math.sin(latitude * RADIANS),
  ]
}

/** Squared length of the chord below a great circle of that many metres, on the unit sphere. */
export function squaredChord(distanceM: number): number {
  const half = Math.sin(Math.min(Math.PI, distanceM / EARTH_RADIUS_M) / 2)
  return 4 * half * half
}

export interface Box {
  readonly south: number
  readonly north: number
  readonly west: number
  readonly east: number
}

/** A little more than rounding may take. */
const BOX_MARGIN_DEG = 1e-9

/**
 * Latitudes and longitudes that hold every point within the distance. All longitudes where the circle holds a pole
 * or crosses the antimeridian.
 */
export function boxAround(point: Point, radiusM: number): Box {
  const angle = radiusM / EARTH_RADIUS_M
  const south = point.latitude - angle / RADIANS - BOX_MARGIN_DEG
  const north = point.latitude + angle / RADIANS + BOX_MARGIN_DEG
  // The circle's meridians touch it where sin(longitude difference) = sin(angle) / cos(latitude).
  const sine = Math.sin(angle) / Math.cos(point.latitude * RADIANS)
  const reach = sine < 1 && angle < Math.PI / 2 ? Math.asin(sine) / RADIANS + BOX_MARGIN_DEG : 360
  const west = point.longitude - reach
  const east = point.longitude + reach
  return south <= -90 || north >= 90 || west < -180 || east >= 180
    ? { south, north, west: -180, east: 180 }
    : { south, north, west, east }
}
