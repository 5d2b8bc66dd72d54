/** The same meridian, in [-180, 180). */
export function wrapLongitude(longitude: number): number {
  return longitude - 360 * Math.floor((longitude + 180) / 360)
}

/** The same meridian, at most 180 degrees from the other one. */
export function nearestLongitude(longitude: number, other: number): number {
  return longitude + 360 * Math.round((other - longitude) / 360)
}
