import type { SkyCircle } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'

/**
 * "ra dec" or "ra dec radius" in ICRS degrees, separated by spaces or commas. Undefined when it is neither,
 * or off the sky. Any right ascension is brought into [0, 360).
 */
export function parseSkyCircle(text: string): SkyCircle | undefined {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  if (parts.length < 2 || parts.length > 3) return undefined
  const [ra = Number.NaN, dec = Number.NaN, radius = 0] = parts.map(Number)
  if (![ra, dec, radius].every(Number.isFinite)) return undefined
  if (Math.abs(dec) > 90 || radius < 0 || radius > 180) return undefined
  // Left alone where it is in range already, so that no digit changes.
  const raDeg = ra >= 0 && ra < 360 ? ra : ((ra % 360) + 360) % 360
  return { raDeg, decDeg: dec, radiusDeg: radius }
}
