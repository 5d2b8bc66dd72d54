import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Coverage, SkyPosition } from './dataset.ts'
import { footprintMeets } from './footprint.ts'
import { equatorialBox, separationDeg, skyVector } from './sky-vector.ts'

function coverage(footprint: [number, number][], interior: [number, number]): Coverage {
  const position = ([raDeg, decDeg]: [number, number]): SkyPosition => ({ raDeg, decDeg })
  return {
    footprint: footprint.map(position),
    interior: position(interior),
    center: position(interior),
    radiusDeg: 180,
    pixelScaleDeg: 1,
    projection: 'TAN',
    frame: 'ICRS',
  }
}

const square = coverage(
  [
    [10, -1],
    [12, -1],
    [12, 1],
    [10, 1],
  ],
  [11, 0],
)
const acrossZero = coverage(
  [
    [359, -1],
    [1, -1],
    [1, 1],
    [359, 1],
  ],
  [0, 0],
)
const pole = coverage(
  [
    [0, 88],
    [90, 88],
    [180, 88],
    [270, 88],
  ],
  [33, 90],
)
const southPole = coverage(
  [
    [0, -88],
    [90, -88],
    [180, -88],
    [270, -88],
  ],
  [33, -90],
)
// All of the sky but a square hole around (200, 0).
const allButHole = coverage(
  [
    [199, -1],
    [201, -1],
    [201, 1],
    [199, 1],
  ],
  [20, 5],
)
// A bounding circle would hold the notch at the upper right.
const angle = coverage(
  [
    [0, 0],
    [10, 0],
    [10, 2],
    [2, 2],
    [2, 10],
    [0, 10],
  ],
  [1, 1],
)

describe('a footprint meets', () => {
  test.each([
    ['a point inside', square, 11, 0.5, 0],
    ['its own reference point', square, 11, 0, 0],
    ['a point on its edge', square, 10, 0, 0],
    ['a corner', square, 12, 1, 0],
    ['a circle around it', square, 11, 0, 90],
    ['a circle that touches an edge from outside', square, 13, 0, 1.001],
    ['a circle that touches a corner from outside', square, 12.5, 1.5, 0.71],
    ['the whole sky', square, 200, 50, 180],
    ['a point before the 0/360 edge', acrossZero, 359.5, 0.5, 0],
    ['a point after the 0/360 edge', acrossZero, 0.5, -0.5, 0],
    ['a circle across the 0/360 edge', acrossZero, 2, 0, 1.1],
    ['the north pole', pole, 0, 90, 0],
    ['a point near the pole on the far side', pole, 200, 89, 0],
    ['a circle over the pole', pole, 45, 80, 9.5],
    ['the south pole', southPole, 123, -90, 0],
    ['a point of an image larger than half the sky', allButHole, 100, 40, 0],
    ['a circle that fills the hole of such an image', allButHole, 200, 0, 1.1],
    ['a point in an arm of an angled image', angle, 9, 1, 0],
  ])('%s', (_, image, raDeg, decDeg, radiusDeg) => {
    expect(footprintMeets(image, { center: { raDeg, decDeg }, radiusDeg })).toBe(true)
  })

  test.each([
    ['a point outside', square, 13, 0, 0],
    ['the point opposite', square, 191, 0, 0],
    ['a circle that does not reach', square, 13, 0, 0.99],
    ['a circle near a corner that does not reach', square, 12.5, 1.5, 0.7],
    ['a point at the same declination across the sky', acrossZero, 180, 0, 0],
    ['a circle short of the 0/360 edge', acrossZero, 2, 0, 0.99],
    ['the other pole', pole, 0, -90, 0],
    ['a circle below the pole', pole, 45, 80, 7.5],
    ['a point in the hole of an image larger than half the sky', allButHole, 200, 0, 0],
    ['a circle inside the hole', allButHole, 200, 0, 0.9],
    ['a point in the notch of an angled image', angle, 6, 6, 1],
  ])('not %s', (_, image, raDeg, decDeg, radiusDeg) => {
    expect(footprintMeets(image, { center: { raDeg, decDeg }, radiusDeg })).toBe(false)
  })
})

test('an image of the whole sky meets everything', () => {
  expect(footprintMeets(coverage([], [0, 0]), { center: { raDeg: 77, decDeg: -77 }, radiusDeg: 0 })).toBe(
    true,
  )
})

const ra = fc.double({ min: 0, max: 360, maxExcluded: true, noNaN: true })
const dec = fc.double({ min: -90, max: 90, noNaN: true })

test('the equatorial boxes of two circles that meet overlap', () => {
  const circle = fc.record({
    raDeg: ra,
    decDeg: dec,
    radiusDeg: fc.double({ min: 0, max: 180, noNaN: true }),
  })
  fc.assert(
    fc.property(circle, circle, (a, b) => {
      const [first, second] = [skyVector(a), skyVector(b)]
      fc.pre(separationDeg(first, second) <= a.radiusDeg + b.radiusDeg)
      const [one, two] = [equatorialBox(first, a.radiusDeg), equatorialBox(second, b.radiusDeg)]
      expect(one.minX <= two.maxX && two.minX <= one.maxX).toBe(true)
      expect(one.minY <= two.maxY && two.minY <= one.maxY).toBe(true)
    }),
  )
})
