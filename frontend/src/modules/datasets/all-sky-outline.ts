import type { SkyCoverage, SkyPoint } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'

export type AllSkyOutline =
  | { readonly kind: 'whole' }
  /** An SVG path. */
  | { readonly kind: 'path'; readonly path: string }
  /** Too small to be seen as it is. */
  | { readonly kind: 'spot'; readonly x: number; readonly y: number }

const rad = Math.PI / 180

/** Side of the cells that a large footprint is filled with, degrees. */
const cellDeg = 4

/** Aitoff projection of ICRS degrees onto an ellipse of half axes 100 and 50, y downwards, centred on 0 0. */
export function aitoff(raDeg: number, decDeg: number): { x: number; y: number } {
  // Seen from inside the sphere: right ascension grows to the left.
  const lon = -wrapped(raDeg) * rad
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
  if (coverage.radiusDeg < 6) {
    return { kind: 'spot', ...aitoff(coverage.center?.raDeg ?? 0, coverage.center?.decDeg ?? 0) }
  }
  return { kind: 'path', path: cells(coverage.footprint) }
}

/** Filled cell by cell, because the chart's edge may cut a footprint in two, and a pole may lie inside. */
function cells(footprint: readonly SkyPoint[]): string {
  const parts: string[] = []
  for (let dec = -90 + cellDeg / 2; dec < 90; dec += cellDeg) {
    for (let ra = -180 + cellDeg / 2; ra < 180; ra += cellDeg) {
      if (!surrounds(footprint, ra, dec)) continue
      const corners = [
        [ra - cellDeg / 2, dec - cellDeg / 2],
        [ra + cellDeg / 2, dec - cellDeg / 2],
        [ra + cellDeg / 2, dec + cellDeg / 2],
        [ra - cellDeg / 2, dec + cellDeg / 2],
      ] as const
      // Just inside the edge, lest a corner wrap to the chart's other side.
      const points = corners.map(([cornerRa, cornerDec]) =>
        aitoff(Math.max(-179.99, Math.min(179.99, cornerRa)), cornerDec),
      )
      parts.push(`M${points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`)
    }
  }
  return parts.join('')
}

/** Whether the outline goes once around the position: its bearings seen from there make a full turn. */
export function surrounds(outline: readonly SkyPoint[], raDeg: number, decDeg: number): boolean {
  const bearing = (point: SkyPoint) => {
    const dRa = (point.raDeg - raDeg) * rad
    const y = Math.sin(dRa) * Math.cos(point.decDeg * rad)
    const x =
      Math.cos(decDeg * rad) * Math.sin(point.decDeg * rad) -
      Math.sin(decDeg * rad) * Math.cos(point.decDeg * rad) * Math.cos(dRa)
    return Math.atan2(y, x) / rad
  }
  let turn = 0
  outline.forEach((point, index) => {
    turn += wrapped(bearing(point) - bearing(outline.at(index - 1) ?? point))
  })
  return Math.abs(turn) > 180
}

/** Into [-180, 180). */
function wrapped(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180
}
