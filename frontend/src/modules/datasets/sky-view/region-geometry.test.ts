import { angularDistanceDeg, parseCircle, parsePolygon, regionContains } from '@fairlead/backend/wcs'
import { describe, expect, test } from 'vitest'
import { scaleBarLength } from './draw-scale-bar'
import { dragged } from './region-handles'
import { displaced, greatCircle, skyOutline } from './region-outline'
import { regionParameter } from './region-parameter'

describe('a displaced position', () => {
  test.each([
    [{ raDeg: 10, decDeg: 20 }, 0, 5],
    [{ raDeg: 359.9, decDeg: -60 }, 90, 3],
    [{ raDeg: 0, decDeg: 89.9 }, 45, 2],
    [{ raDeg: 123, decDeg: -90 }, 10, 90],
  ])('lies at its distance from %o', (from, bearing, distance) => {
    const to = displaced(from, bearing, distance)
    expect(angularDistanceDeg(from, to)).toBeCloseTo(distance, 9)
    expect(to.raDeg).toBeGreaterThanOrEqual(0)
    expect(to.raDeg).toBeLessThan(360)
  })

  test('goes north and east', () => {
    const from = { raDeg: 10, decDeg: 20 }
    expect(displaced(from, 0, 1).decDeg).toBeCloseTo(21, 9)
    expect(displaced(from, 90, 1).raDeg).toBeGreaterThan(10)
  })
})

describe('an outline', () => {
  test('of a circle around the pole keeps its distance from the centre', () => {
    const circle = { kind: 'circle', raDeg: 30, decDeg: 89, radiusDeg: 5 } as const
    for (const point of skyOutline(circle)) expect(angularDistanceDeg(circle, point)).toBeCloseTo(5, 9)
  })

  test('of a polygon follows great circles through its corners', () => {
    const a = { raDeg: 350, decDeg: 40 }
    const b = { raDeg: 10, decDeg: 40 }
    const middle = greatCircle(a, b, 2)[1]!
    expect(middle.raDeg % 360).toBeCloseTo(0, 9)
    // A great circle bends towards the pole.
    expect(middle.decDeg).toBeGreaterThan(40.1)
  })
})

describe('a region drawn by hand', () => {
  const circle = { kind: 'circle', raDeg: 359.99, decDeg: 5, radiusDeg: 0.1 } as const
  const polygon = {
    kind: 'polygon',
    vertices: [
      { raDeg: 10, decDeg: 10 },
      { raDeg: 12, decDeg: 10 },
      { raDeg: 11, decDeg: 12 },
    ],
  } as const

  test('moves by its centre, grows by its rim and bends by its corners', () => {
    const to = { raDeg: 0.2, decDeg: 5 }
    expect(dragged(circle, { kind: 'center' }, to)).toEqual({ ...circle, ...to })
    expect(dragged(circle, { kind: 'radius' }, to)).toMatchObject({
      radiusDeg: angularDistanceDeg(circle, to),
    })
    expect(dragged(polygon, { kind: 'vertex', index: 2 }, to)).toMatchObject({ vertices: { 2: to } })
  })

  test('never gets the radius 0, which SODA refuses', () => {
    const shrunk = dragged(circle, { kind: 'radius' }, circle)
    expect(shrunk).toMatchObject({ radiusDeg: 1e-6 })
  })

  test('is given to the cutout service as it was drawn', () => {
    expect(regionParameter(circle)).toEqual({ name: 'CIRCLE', value: '359.99 5 0.1' })
    expect(parseCircle(regionParameter(circle).value)).toEqual(circle)
    const { name, value } = regionParameter(polygon)
    expect(name).toBe('POLYGON')
    expect(regionContains(parsePolygon(value), 11, 10.5)).toBe(true)
  })
})

test('the scale bar has the longest round length that fits', () => {
  expect(scaleBarLength(1 / 100, 150)).toBe(1)
  expect(scaleBarLength(1 / 3600 / 10, 150)).toBeCloseTo(10 / 3600, 12)
  expect(scaleBarLength(1, 1e-6)).toBeUndefined()
})
