import type { SkyPosition } from '../wcs/wcs.ts'

/** A region of the sky, ICRS, degrees (SODA 1.0, section 3.3). */
export type Region = CircleRegion | PolygonRegion | RangeRegion

export interface CircleRegion {
  kind: 'circle'
  raDeg: number
  decDeg: number
  radiusDeg: number
}

/** Corners joined by great circles; the inside is the smaller of the two parts of the sky. */
export interface PolygonRegion {
  kind: 'polygon'
  vertices: readonly SkyPosition[]
}

/** Right ascensions from raMinDeg eastwards to raMaxDeg, across 0 where raMinDeg is the larger. */
export interface RangeRegion {
  kind: 'range'
  raMinDeg: number
  raMaxDeg: number
  decMinDeg: number
  decMaxDeg: number
}

/** As the value of SODA's POS. */
export function formatRegion(region: Region): string {
  switch (region.kind) {
    case 'circle':
      return `CIRCLE ${region.raDeg} ${region.decDeg} ${region.radiusDeg}`
    case 'polygon':
      return `POLYGON ${region.vertices.map(({ raDeg, decDeg }) => `${raDeg} ${decDeg}`).join(' ')}`
    case 'range':
      return `RANGE ${region.raMinDeg} ${region.raMaxDeg} ${region.decMinDeg} ${region.decMaxDeg}`
  }
}
