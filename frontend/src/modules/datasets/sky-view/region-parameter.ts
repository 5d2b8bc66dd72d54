import type { Region } from '@fairlead/backend/wcs'

/** 1e-8 degrees are 0.04 milliarcseconds: far below any pixel, and short enough to read. */
function round(degrees: number): number {
  return Number(degrees.toFixed(8))
}

/** The region's numbers as SODA writes them, without the shape's name. */
export function formatCoordinates(region: Region): string {
  switch (region.kind) {
    case 'circle':
      return `${round(region.raDeg)} ${round(region.decDeg)} ${round(region.radiusDeg)}`
    case 'polygon':
      return region.vertices.map(({ raDeg, decDeg }) => `${round(raDeg)} ${round(decDeg)}`).join(' ')
    case 'range':
      return [region.raMinDeg, region.raMaxDeg, region.decMinDeg, region.decMaxDeg].map(round).join(' ')
  }
}

/** The parameter of the cutout service that the region is given in. */
export function regionParameter(region: Region): { readonly name: string; readonly value: string } {
  switch (region.kind) {
    case 'circle':
      return { name: 'CIRCLE', value: formatCoordinates(region) }
    case 'polygon':
      return { name: 'POLYGON', value: formatCoordinates(region) }
    case 'range':
      return { name: 'POS', value: `RANGE ${formatCoordinates(region)}` }
  }
}
