/** Where the map ends: the square of Web Mercator (EPSG:3857). Degrees. */
const highestLatitude = 85.051129

/** Of a sphere of radius 1. */
export function mercatorY(latitude: number): number {
  const clamped = Math.max(-highestLatitude, Math.min(highestLatitude, latitude))
  return Math.asinh(Math.tan((clamped * Math.PI) / 180))
}

export function latitudeOf(y: number): number {
  return (Math.atan(Math.sinh(y)) * 180) / Math.PI
}
