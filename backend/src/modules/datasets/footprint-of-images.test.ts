import { describe, expect, test } from 'vitest'
import { FitsHeader, skyCoverage, Wcs } from '../../fits/index.ts'
import { footprintMeets } from './footprint.ts'

const SIZE_PX = 200

interface Projected {
  readonly name: string
  readonly code: string
  readonly lonDeg: number
  readonly latDeg: number
  readonly scaleDeg: number
  readonly galactic?: boolean
}

const images: readonly Projected[] = [
  { name: 'a small field', code: 'TAN', lonDeg: 83, latDeg: -5, scaleDeg: 0.01 },
  { name: 'a field across 0/360', code: 'TAN', lonDeg: 0.1, latDeg: 30, scaleDeg: 0.05 },
  { name: 'a field around the north pole', code: 'TAN', lonDeg: 40, latDeg: 89.5, scaleDeg: 0.05 },
  { name: 'a field around the south pole', code: 'SIN', lonDeg: 200, latDeg: -90, scaleDeg: 0.1 },
  { name: 'a third of the sky', code: 'ZEA', lonDeg: 200, latDeg: -40, scaleDeg: 0.5, galactic: true },
  { name: 'more than half of the sky', code: 'ZEA', lonDeg: 120, latDeg: 50, scaleDeg: 0.9, galactic: true },
  { name: 'a strip of the Galactic plane', code: 'CAR', lonDeg: 0, latDeg: 0, scaleDeg: 0.1, galactic: true },
]

function wcsOf({ code, lonDeg, latDeg, scaleDeg, galactic }: Projected): Wcs {
  const [lon, lat] = galactic === true ? ['GLON', 'GLAT'] : ['RA--', 'DEC-']
  const values: [string, string | number][] = [
    ['CTYPE1', `${lon}-${code}`],
    ['CTYPE2', `${lat}-${code}`],
    ['CRPIX1', (SIZE_PX + 1) / 2],
    ['CRPIX2', (SIZE_PX + 1) / 2],
    ['CRVAL1', lonDeg],
    ['CRVAL2', latDeg],
    ['CDELT1', -scaleDeg],
    ['CDELT2', scaleDeg],
    ['CROTA2', 20],
  ]
  const cards = values.map(([keyword, value]) => {
    const text = typeof value === 'string' ? `'${value.padEnd(8)}'` : String(value).padStart(20)
    return `${keyword.padEnd(8)}= ${text}`.padEnd(80)
  })
  return Wcs.fromHeader(FitsHeader.fromCards(cards))
}

/** Points spread evenly over the sphere, denser around a direction. */
function* points(center: { raDeg: number; decDeg: number }) {
  const golden = 180 * (3 - Math.sqrt(5))
  for (let index = 0; index < 1500; index += 1) {
    const decDeg = (Math.asin(1 - (2 * index + 1) / 1500) * 180) / Math.PI
    yield { raDeg: (index * golden) % 360, decDeg }
  }
  for (let index = 1; index < 500; index += 1) {
    const radiusDeg = 0.01 * 1.018 ** index
    const decDeg = center.decDeg + radiusDeg * Math.sin(index * golden)
    if (Math.abs(decDeg) > 89.99) continue
    const widening = Math.cos((decDeg * Math.PI) / 180)
    const raDeg = center.raDeg + (radiusDeg * Math.cos(index * golden)) / widening
    yield { raDeg: ((raDeg % 360) + 360) % 360, decDeg }
  }
}

describe('the footprint holds the points that the coordinate system places on the image:', () => {
  test.each(images)('$name', (projected) => {
    const wcs = wcsOf(projected)
    const coverage = skyCoverage(wcs, SIZE_PX, SIZE_PX)
    const middle = wcs.pixelToSky((SIZE_PX + 1) / 2, (SIZE_PX + 1) / 2)
    expect(middle).toBeDefined()
    const outline = { ...coverage, interior: middle! }
    let inside = 0
    let outside = 0
    for (const center of points(coverage.center)) {
      const pixel = wcs.skyToPixel(center.raDeg, center.decDeg)
      const fromEdge =
        pixel === undefined
          ? Number.NEGATIVE_INFINITY
          : Math.min(pixel.x - 0.5, pixel.y - 0.5, SIZE_PX + 0.5 - pixel.x, SIZE_PX + 0.5 - pixel.y)
      // The outline is a polygon: within two pixels of the edge it may tell otherwise.
      if (Math.abs(fromEdge) < 2) continue
      const meets = footprintMeets(outline, { center, radiusDeg: 0 })
      expect(meets, `${center.raDeg} ${center.decDeg}`).toBe(fromEdge > 0)
      if (meets) inside += 1
      else outside += 1
    }
    expect(inside).toBeGreaterThan(100)
    expect(outside).toBeGreaterThan(100)
  })
})
