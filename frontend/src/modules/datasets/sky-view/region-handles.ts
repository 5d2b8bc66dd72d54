import { angularDistanceDeg, type Region, type SkyPosition, type Wcs } from '@fairlead/backend/wcs'
import { displaced } from './region-outline'
import type { Point } from './viewport'

/** A place that a region can be changed at by dragging. */
export type Handle =
  | { readonly kind: 'center' }
  | { readonly kind: 'radius' }
  | { readonly kind: 'vertex'; readonly index: number }

export interface PlacedHandle {
  readonly handle: Handle
  /** Image pixels. */
  readonly at: Point
}

export function handlesOf(wcs: Wcs, region: Region): PlacedHandle[] {
  const place = (handle: Handle, { raDeg, decDeg }: SkyPosition): PlacedHandle[] => {
    const at = wcs.skyToPixel(raDeg, decDeg)
    return at === undefined ? [] : [{ handle, at }]
  }
  switch (region.kind) {
    case 'circle':
      return [
        ...place({ kind: 'center' }, region),
        // West is to the right on an image with north up.
        ...place({ kind: 'radius' }, displaced(region, 270, region.radiusDeg)),
      ]
    case 'polygon':
      return region.vertices.flatMap((vertex, index) => place({ kind: 'vertex', index }, vertex))
    case 'range':
      return []
  }
}

/** The region after a handle was dragged to a position. */
export function dragged(region: Region, handle: Handle, to: SkyPosition): Region {
  if (region.kind === 'circle') {
    if (handle.kind === 'center') return { ...region, raDeg: to.raDeg, decDeg: to.decDeg }
    if (handle.kind === 'radius') {
      // SODA wants a radius greater than 0.
      return { ...region, radiusDeg: Math.max(1e-6, angularDistanceDeg(region, to)) }
    }
  }
  if (region.kind === 'polygon' && handle.kind === 'vertex') {
    return { ...region, vertices: region.vertices.with(handle.index, to) }
  }
  return region
}
