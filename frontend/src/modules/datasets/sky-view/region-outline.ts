import type { Region, SkyPosition, Wcs } from '@fairlead/backend/wcs'
import type { Point } from './viewport'

const rad = Math.PI / 180

/** The position at a distance along a great circle; bearing 0 is north, 90 is east. */
export function displaced(from: SkyPosition, bearingDeg: number, distanceDeg: number): SkyPosition {
  const dec = from.decDeg * rad
  const distance = distanceDeg * rad
  const bearing = bearingDeg * rad
  const sinDec = Math.sin(dec) * Math.cos(distance) + Math.cos(dec) * Math.sin(distance) * Math.cos(bearing)
  const y = Math.sin(bearing) * Math.sin(distance) * Math.cos(dec)
  const x = Math.cos(distance) - Math.sin(dec) * sinDec
  const raDeg = from.raDeg + Math.atan2(y, x) / rad
  return { raDeg: ((raDeg % 360) + 360) % 360, decDeg: Math.asin(Math.max(-1, Math.min(1, sinDec))) / rad }
}

/** Points of the great circle from a to b, `count` of them, b left out. */
export function greatCircle(a: SkyPosition, b: SkyPosition, count: number): SkyPosition[] {
  const from = unit(a)
  const to = unit(b)
  const angle = Math.acos(Math.max(-1, Math.min(1, from[0] * to[0] + from[1] * to[1] + from[2] * to[2])))
  if (angle < 1e-9) return [a]
  return Array.from({ length: count }, (_, index) => {
    const t = index / count
    const p = Math.sin((1 - t) * angle) / Math.sin(angle)
    const q = Math.sin(t * angle) / Math.sin(angle)
    const [x, y, z] = [0, 1, 2].map((axis) => p * (from[axis] ?? 0) + q * (to[axis] ?? 0)) as [
      number,
      number,
      number,
    ]
    return {
      raDeg: (((Math.atan2(y, x) / rad) % 360) + 360) % 360,
      decDeg: Math.atan2(z, Math.hypot(x, y)) / rad,
    }
  })
}

function unit({ raDeg, decDeg }: SkyPosition): [number, number, number] {
  const ra = raDeg * rad
  const dec = decDeg * rad
  return [Math.cos(dec) * Math.cos(ra), Math.cos(dec) * Math.sin(ra), Math.sin(dec)]
}

/** A closed line around a region on the sky. */
export function skyOutline(region: Region): SkyPosition[] {
  switch (region.kind) {
    case 'circle':
      return Array.from({ length: 180 }, (_, index) => displaced(region, index * 2, region.radiusDeg))
    case 'polygon':
      return region.vertices.flatMap((vertex, index) =>
        greatCircle(vertex, region.vertices[(index + 1) % region.vertices.length] ?? vertex, 24),
      )
    case 'range': {
      const { raMinDeg, raMaxDeg, decMinDeg, decMaxDeg } = region
      const along = (from: number, to: number, make: (value: number) => SkyPosition) =>
        Array.from({ length: 48 }, (_, index) => make(from + ((to - from) * index) / 48))
      return [
        ...along(raMinDeg, raMaxDeg, (raDeg) => ({ raDeg, decDeg: decMinDeg })),
        ...along(decMinDeg, decMaxDeg, (decDeg) => ({ raDeg: raMaxDeg, decDeg })),
        ...along(raMaxDeg, raMinDeg, (raDeg) => ({ raDeg, decDeg: decMaxDeg })),
        ...along(decMaxDeg, decMinDeg, (decDeg) => ({ raDeg: raMinDeg, decDeg })),
      ]
    }
  }
}

/** The outline in image pixels; undefined where the projection does not reach. */
export function imageOutline(wcs: Wcs, region: Region): (Point | undefined)[] {
  return skyOutline(region).map(({ raDeg, decDeg }) => wcs.skyToPixel(raDeg, decDeg))
}
