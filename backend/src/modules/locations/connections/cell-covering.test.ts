import fc from 'fast-check'
import { latLngToCell } from 'h3-js'
import { expect, test } from 'vitest'
import { CELL_RESOLUTION } from '../fixes/fix-cell.ts'
import { CellCovering, coveringResolution } from './cell-covering.ts'
import { boxAround, distanceM, EARTH_RADIUS_M, type Point } from './sphere.ts'
import { ODD_PLACES, pointAt } from './testing/odd-places.ts'

const runs = Number(process.env['FAIRLEAD_PROPERTY_RUNS'] ?? 1500)
const resolutions = [9, 8, 7, 6, 5, 4]
const coverings = new Map(resolutions.map((resolution) => [resolution, new CellCovering(resolution)]))
/** Spread evenly, which doubles of fast-check are not. */
const unit = fc.integer({ min: 0, max: 1_000_000 }).map((value) => value / 1_000_000)
const anywhere = fc
  .tuple(unit, unit)
  .map(([u, v]): Point => ({ latitude: (Math.asin(2 * u - 1) * 180) / Math.PI, longitude: 360 * v - 180 }))
const nearOdd = fc
  .tuple(fc.constantFrom(...ODD_PLACES), unit, unit)
  .map(([place, bearing, far]) => pointAt(place, 360 * bearing, 0.3 * far ** 4))
const circle = fc.tuple(
  fc.oneof(anywhere, nearOdd),
  fc.oneof(
    fc.double({ min: 0.001, max: 300, noNaN: true }),
    fc.double({ min: 300, max: 11_000, noNaN: true }),
  ),
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constant(1)),
)
const inside = fc.array(fc.tuple(unit, fc.oneof(fc.constant(1), unit)), { minLength: 8, maxLength: 8 })

test('every cell of a circle is covered, at poles, the antimeridian and pentagons too', {
  timeout: 20_000 + runs * 5,
}, () => {
  fc.assert(
    fc.property(circle, inside, ([centre, radiusM, coarser], points) => {
      const resolution = Math.max(4, coveringResolution(radiusM) - coarser)
      const ranges = coverings.get(resolution)?.around(centre, radiusM) ?? []
      for (const [bearing, far] of points) {
        const angleDeg = ((far * radiusM * (1 - 1e-9)) / EARTH_RADIUS_M) * (180 / Math.PI)
        const point = pointAt(centre, 360 * bearing, angleDeg)
        if (distanceM(centre, point) > radiusM) continue
        const cell = BigInt(`0x${latLngToCell(point.latitude, point.longitude, CELL_RESOLUTION)}`)
        expect(ranges.some(({ first, last }) => first <= cell && cell <= last)).toBe(true)
        const box = boxAround(centre, radiusM)
        expect(point.latitude).toBeGreaterThanOrEqual(box.south)
        expect(point.latitude).toBeLessThanOrEqual(box.north)
        expect(point.longitude).toBeGreaterThanOrEqual(box.west)
        expect(point.longitude).toBeLessThanOrEqual(box.east)
      }
    }),
    { numRuns: runs },
  )
})

test('a circle is covered by a handful of cells', () => {
  for (const radiusM of [10, 100, 200, 500, 1000, 5000, 11_000]) {
    const covering = new CellCovering(coveringResolution(radiusM))
    for (const place of ODD_PLACES) expect(covering.around(place, radiusM).length).toBeLessThan(20)
  }
})

test('ranges of the same resolution do not overlap', () => {
  for (const radiusM of [100, 500, 5000]) {
    const covering = new CellCovering(coveringResolution(radiusM))
    for (const place of ODD_PLACES) {
      const ranges = covering.around(place, radiusM).sort((a, b) => (a.first < b.first ? -1 : 1))
      for (const [index, range] of ranges.entries())
        expect(range.first > (ranges[index - 1]?.last ?? 0n)).toBe(true)
    }
  }
})
