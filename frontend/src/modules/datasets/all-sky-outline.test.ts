import { describe, expect, test } from 'vitest'
import { aitoff, allSkyOutline, surrounds } from './all-sky-outline'

describe('the whole-sky chart', () => {
  test.each([
    [0, 0, 0, 0],
    [179.999999, 0, -100, 0],
    [180, 0, 100, 0],
    [0, 90, 0, -50],
  ])('puts %d %d at %d %d', (ra, dec, x, y) => {
    const at = aitoff(ra, dec)
    expect(at.x).toBeCloseTo(x, 4)
    expect(at.y).toBeCloseTo(y, 4)
  })

  const square = [
    { raDeg: 340, decDeg: -20 },
    { raDeg: 20, decDeg: -20 },
    { raDeg: 20, decDeg: 20 },
    { raDeg: 340, decDeg: 20 },
  ]

  test('knows the inside of a footprint across 0 h and of one around the pole', () => {
    expect(surrounds(square, 359, 0)).toBe(true)
    expect(surrounds(square, 30, 0)).toBe(false)
    const cap = [0, 90, 180, 270].map((raDeg) => ({ raDeg, decDeg: 60 }))
    expect(surrounds(cap, 77, 88)).toBe(true)
    expect(surrounds(cap, 77, 20)).toBe(false)
  })

  const coverage = { center: { raDeg: 0, decDeg: 0 }, pixelScaleDeg: 1, projection: 'TAN', frame: 'ICRS' }

  test('shows small footprints as spots and large ones as areas', () => {
    expect(allSkyOutline(undefined)).toBeUndefined()
    expect(allSkyOutline({ ...coverage, footprint: [], radiusDeg: 180 })).toEqual({ kind: 'whole' })
    expect(allSkyOutline({ ...coverage, footprint: square, radiusDeg: 1 })).toMatchObject({ kind: 'spot' })
    expect(allSkyOutline({ ...coverage, footprint: square, radiusDeg: 28 })).toMatchObject({ kind: 'path' })
  })
})
