import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CardValue } from '../header/card.ts'
import { angularDistanceDeg, type SkyPosition, Wcs } from '../wcs/index.ts'
import { angleBetween, newVector, normalize, vectorOf } from '../wcs/vector.ts'
import { boundingCap } from './bounding-cap.ts'
import { skyCoverage } from './sky-coverage.ts'

function wcsOf(code: string, values: Record<string, CardValue>): Wcs {
  const header = { CTYPE1: `RA---${code}`, CTYPE2: `DEC--${code}`, CDELT1: -0.01, CDELT2: 0.01, ...values }
  return Wcs.fromHeader(new Map<string, CardValue>(Object.entries(header)))
}

describe('skyCoverage', () => {
  test('outlines a small image by its corners, in order around it', () => {
    const wcs = wcsOf('TAN', { CRPIX1: 50.5, CRPIX2: 25.5, CRVAL1: 200, CRVAL2: -30 })
    const coverage = skyCoverage(wcs, 100, 50)
    expect(coverage).toMatchObject({ projection: 'TAN', frame: 'ICRS' })
    expect(coverage.pixelScaleDeg).toBeCloseTo(0.01, 12)
    for (const [x, y] of [
      [0.5, 0.5],
      [100.5, 0.5],
      [100.5, 50.5],
      [0.5, 50.5],
    ]) {
      const corner = wcs.pixelToSky(x!, y!)!
      expect(Math.min(...coverage.footprint.map((point) => angularDistanceDeg(point, corner)))).toBeLessThan(
        1e-9,
      )
    }
    expect(angularDistanceDeg(coverage.center, { raDeg: 200, decDeg: -30 })).toBeLessThan(1e-3)
    expect(coverage.radiusDeg).toBeCloseTo(Math.hypot(0.5, 0.25), 3)
  })

  test('circles all of any image, and hardly more', () => {
    const image = fc.record({
      code: fc.constantFrom('TAN', 'SIN', 'ARC', 'STG', 'ZEA', 'CAR', 'CEA', 'MER', 'SFL', 'AIT', 'MOL'),
      ra: fc.double({ min: 0, max: 360, noNaN: true }),
      dec: fc.double({ min: -90, max: 90, noNaN: true }),
      scale: fc.constantFrom(0.001, 0.1, 0.7),
      x: fc.double({ min: 0.5, max: 90.5, noNaN: true }),
      y: fc.double({ min: 0.5, max: 60.5, noNaN: true }),
    })
    fc.assert(
      fc.property(image, ({ code, ra, dec, scale, x, y }) => {
        const wcs = wcsOf(code, {
          CRPIX1: 45.5,
          CRPIX2: 30.5,
          CRVAL1: ra,
          CRVAL2: dec,
          CDELT1: -scale,
          CDELT2: scale,
        })
        const { center, radiusDeg, footprint } = skyCoverage(wcs, 90, 60)
        const sky = wcs.pixelToSky(x, y)
        if (sky) expect(angularDistanceDeg(center, sky)).toBeLessThanOrEqual(radiusDeg * 1.001)
        const largest = Math.max(...footprint.map((point) => angularDistanceDeg(center, point)))
        if (radiusDeg < 89) expect(largest).toBeGreaterThan(0.95 * radiusDeg)
      }),
      { numRuns: 150 },
    )
  })

  test.each(['CAR', 'AIT', 'MOL', 'SFL', 'CEA'])('tells that %s covers the whole sky', (code) => {
    const wcs = wcsOf(code, { CDELT1: -1, CDELT2: 1, CRPIX1: 180.5, CRPIX2: 90.5, CRVAL1: 0, CRVAL2: 0 })
    expect(skyCoverage(wcs, 360, 180)).toMatchObject({ footprint: [], radiusDeg: 180 })
  })

  test('outlines a hemisphere by its limb, where the corners of the image have no sky', () => {
    const wcs = wcsOf('SIN', { CDELT1: -1, CDELT2: 1, CRPIX1: 60.5, CRPIX2: 60.5, CRVAL1: 40, CRVAL2: 50 })
    const { footprint, center, radiusDeg } = skyCoverage(wcs, 120, 120)
    for (const point of footprint)
      expect(angularDistanceDeg(point, { raDeg: 40, decDeg: 50 })).toBeCloseTo(90, 3)
    expect(angularDistanceDeg(center, { raDeg: 40, decDeg: 50 })).toBeLessThan(2)
    expect(radiusDeg).toBeGreaterThanOrEqual(90 - 1e-6)
    expect(radiusDeg).toBeLessThan(95)
  })

  test('is right around the pole and across the 0/360 edge', () => {
    const places: SkyPosition[] = [
      { raDeg: 0, decDeg: 90 },
      { raDeg: 359.99, decDeg: 5 },
    ]
    for (const place of places) {
      const wcs = wcsOf('TAN', { CRPIX1: 50.5, CRPIX2: 50.5, CRVAL1: place.raDeg, CRVAL2: place.decDeg })
      const { center, radiusDeg } = skyCoverage(wcs, 100, 100)
      expect(angularDistanceDeg(center, place)).toBeLessThan(1e-3)
      expect(radiusDeg).toBeCloseTo(Math.SQRT1_2, 3)
    }
  })
})

describe('boundingCap', () => {
  test('holds all points and is never larger than a cap around their mean', () => {
    const offset = fc.double({ min: -20, max: 20, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(offset, offset), { minLength: 1, maxLength: 30 }), (offsets) => {
        const points = offsets.map(([lon, lat]) => vectorOf(100 + lon, 30 + lat))
        const cap = boundingCap(points)!
        const sum = newVector()
        for (const point of points) for (let i = 0; i < 3; i++) sum[i] = sum[i]! + point[i]!
        const mean = normalize(sum)
        for (const point of points)
          expect(angleBetween(cap.center, point)).toBeLessThanOrEqual(cap.radiusRad + 1e-9)
        expect(cap.radiusRad).toBeLessThanOrEqual(
          Math.max(...points.map((point) => angleBetween(mean, point))) + 1e-9,
        )
      }),
      // Points within rounding of each other.
      {
        examples: [
          [
            [
              [-1.6610350428436504e-8, -5.7299942568533886e-11],
              [0, -0.0000017765074300513106],
              [0, 0],
            ],
          ],
        ],
      },
    )
  })

  test('gives up on points that no hemisphere holds', () => {
    expect(
      boundingCap([vectorOf(0, 0), vectorOf(120, 0), vectorOf(240, 0), vectorOf(0, 90), vectorOf(0, -90)]),
    ).toBeUndefined()
  })
})
