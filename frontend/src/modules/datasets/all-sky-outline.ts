import type { SkyCoverage } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'

export type AllSkyOutline =
  | { readonly kind: 'whole' }
  /** An SVG path. */
  | { readonly kind: 'path'; readonly path: string }
  /** Too small to be seen as it is, or torn by the chart's edge. */
  | { readonly kind: 'spot'; readonly x: number; readonly y: number }

const rad = Math.PI / 180

/** Aitoff projection of ICRS degrees onto an ellipse of half axes 100 and 50, y downwards, centred on 0 0. */
export function aitoff(raDeg: number, decDeg: number): { x: number; y: number } {
  // Seen from inside the sphere: right ascension grows to the left.
  const lon = -(((((raDeg + 180) % 360) + 360) % 360) - 180) * rad
  const lat = decDeg * rad
  const alpha = Math.acos(Math.cos(lat) * Math.cos(lon / 2))
  const sinc = alpha === 0 ? 1 : Math.sin(alpha) / alpha
  const x = (2 * Math.cos(lat) * Math.sin(lon / 2)) / sinc
  const y = Math.sin(lat) / sinc
  return { x: (x / Math.PI) * 100, y: (-y / (Math.PI / 2)) * 50 }
}

export function allSkyOutline(coverage: SkyCoverage | undefined): AllSkyOutline | undefined {
  if (coverage === undefined) return undefined
  if (coverage.footprint.length === 0) return { kind: 'whole' }
  const center = aitoff(coverage.center?.raDeg ?? 0, coverage.center?.decDeg ?? 0)
  const points = coverage.footprint.map(({ raDeg, decDeg }) => aitoff(raDeg, decDeg))
  const xs = points.map(({ x }) => x)
  const width = Math.max(...xs) - Math.min(...xs)
  const tornByEdge = points.some(({ x }, index) => Math.abs(x - (points.at(index - 1)?.x ?? x)) > 100)
  if (width < 6) return { kind: 'spot', ...center }
  if (tornByEdge) return coverage.radiusDeg > 60 ? { kind: 'whole' } : { kind: 'spot', ...center }
  return { kind: 'path', path: `M${points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z` }
}
