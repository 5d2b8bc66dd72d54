import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CardValue } from '../header/card.ts'
import { sharedData } from '../testing/shared-data.ts'
import { angularDistanceDeg } from './angular-distance.ts'
import { galacticToIcrs, icrsToGalactic } from './galactic.ts'
import { angleBetween, DEGREES, newVector } from './vector.ts'
import { Wcs } from './wcs.ts'

interface Vector {
  title?: string
  header: Record<string, CardValue>
  points: { pixel: [number, number]; native: [number, number] | null; icrs: [number, number] | null }[]
}

/** Made with astropy 8, WCSLIB 8 beneath it. */
const own: Vector[] = readFileSync(join(import.meta.dirname, '../testing/wcs-vectors.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
const sharedPath = sharedData('wcs-and-cutout-vectors.json')
const shared: Vector[] = sharedPath ? JSON.parse(readFileSync(sharedPath, 'utf8')).wcs : []

function titled(vectors: Vector[]): [title: string, vector: Vector][] {
  return vectors.map((vector, i) => [vector.title ?? `${i} ${String(vector.header['CTYPE1'])}`, vector])
}

function expectAgreement({ header, points }: Vector): void {
  const wcs = Wcs.fromHeader(new Map(Object.entries(header)))
  for (const { pixel, native, icrs } of points) {
    const sky = wcs.pixelToSky(...pixel)
    const frame = wcs.pixelToFrame(...pixel)
    if (icrs === null || native === null) {
      expect([sky, frame]).toEqual([undefined, undefined])
      continue
    }
    expect(angularDistanceDeg(sky!, { raDeg: icrs[0], decDeg: icrs[1] })).toBeLessThan(1e-9)
    const inFrame = { raDeg: frame!.lonDeg, decDeg: frame!.latDeg }
    expect(angularDistanceDeg(inFrame, { raDeg: native[0], decDeg: native[1] })).toBeLessThan(1e-9)
    const fromSky = wcs.skyToPixel(...icrs)!
    expect(Math.hypot(fromSky.x - pixel[0], fromSky.y - pixel[1])).toBeLessThan(1e-6)
    const fromFrame = wcs.frameToPixel(...native)!
    expect(Math.hypot(fromFrame.x - pixel[0], fromFrame.y - pixel[1])).toBeLessThan(1e-6)
  }
}

describe('Wcs agrees with astropy', () => {
  test.each(titled(own))('%s', (_title, vector) => {
    expectAgreement(vector)
  })
  test('on the shared vectors', ({ skip }) => {
    skip(shared.length === 0, 'needs ../shared/data')
    expect(shared.length).toBeGreaterThanOrEqual(88)
    for (const vector of shared) expectAgreement(vector)
  })
})

const base: Record<string, CardValue> = {
  CTYPE1: 'RA---TAN',
  CTYPE2: 'DEC--TAN',
  CRPIX1: 50,
  CRPIX2: 60,
  CRVAL1: 30,
  CRVAL2: 40,
  CDELT1: -0.01,
  CDELT2: 0.01,
}

function wcsOf(changes: Record<string, CardValue>): Wcs {
  return Wcs.fromHeader(new Map(Object.entries({ ...base, ...changes })))
}

describe('Wcs.fromHeader', () => {
  const refused: [changes: Record<string, CardValue>, reason: string, message: RegExp][] = [
    [{ CTYPE1: '', CTYPE2: '' }, 'NO_WCS', /no sky coordinates/],
    [{ CTYPE1: 'WAVE', CTYPE2: 'OFFSET' }, 'NO_WCS', /CTYPE/],
    [{ CTYPE1: 'RA---ZPN', CTYPE2: 'DEC--ZPN' }, 'UNSUPPORTED_WCS', /ZPN; TAN, SIN/],
    [{ CTYPE1: 'RA---TPV', CTYPE2: 'DEC--TPV' }, 'UNSUPPORTED_WCS', /TPV/],
    [{ CTYPE1: 'RA', CTYPE2: 'DEC' }, 'UNSUPPORTED_WCS', /no projection/],
    [{ CTYPE1: 'ELON-TAN', CTYPE2: 'ELAT-TAN' }, 'UNSUPPORTED_WCS', /ELON/],
    [{ CTYPE2: 'DEC--SIN' }, 'BAD_WCS', /same projection/],
    [{ CTYPE2: 'GLAT-TAN' }, 'BAD_WCS', /no DEC axis/],
    [{ PV2_1: 0.5 }, 'UNSUPPORTED_WCS', /TPV/],
    [{ RADESYS: 'FK4' }, 'UNSUPPORTED_WCS', /FK4/],
    [{ EQUINOX: 1950 }, 'UNSUPPORTED_WCS', /FK4 \(EQUINOX 1950\)/],
    [{ CUNIT1: 'm' }, 'UNSUPPORTED_WCS', /CUNIT1/],
    [{ CPDIS1: 'LOOKUP' }, 'UNSUPPORTED_WCS', /CPDIS1/],
    [{ CDELT1: 0 }, 'BAD_WCS', /CDELT1 is 0|singular/],
    [{ CD1_1: 1, CD1_2: 2, CD2_1: 2, CD2_2: 4 }, 'BAD_WCS', /singular/],
    [{ CRVAL2: 91 }, 'BAD_WCS', /CRVAL2/],
    [{ CRVAL1: 'east' }, 'BAD_HEADER', /CRVAL1/],
    [{ CTYPE1: 'RA---CAR', CTYPE2: 'DEC--CAR', LONPOLE: 90, CRVAL2: 20 }, 'BAD_WCS', /LONPOLE/],
    [{ CTYPE1: 'RA---CEA', CTYPE2: 'DEC--CEA', PV2_1: 0 }, 'BAD_WCS', /lambda/],
    [{ NAXIS: 3, CTYPE1: 'FREQ', CTYPE2: 'RA---TAN', CTYPE3: 'DEC--TAN' }, 'UNSUPPORTED_WCS', /axes 2 and 3/],
    [{ NAXIS: 3, CTYPE3: 'FREQ', PC1_3: 0.1 }, 'UNSUPPORTED_WCS', /PC1_3/],
    [{ A_ORDER: 12 }, 'UNSUPPORTED_WCS', /A_ORDER/],
  ]
  test.each(refused)('refuses %j', (changes, reason, message) => {
    expect(() => wcsOf(changes)).toThrow(
      expect.objectContaining({ name: 'FitsError', reason, message: expect.stringMatching(message) }),
    )
  })

  test('tells the projection, the frame and the scale', () => {
    expect(wcsOf({})).toMatchObject({ projection: 'TAN', frame: 'ICRS' })
    expect(wcsOf({ RADESYS: 'FK5' }).frame).toBe('FK5')
    expect(wcsOf({ CTYPE1: 'GLON-SIN', CTYPE2: 'GLAT-SIN' })).toMatchObject({
      projection: 'SIN',
      frame: 'GALACTIC',
    })
    expect(wcsOf({}).pixelScaleDeg).toBeCloseTo(0.01, 12)
  })

  test('turns by CROTA2 as the equal CD matrix does', () => {
    const angle = (33 * Math.PI) / 180
    const rotated = wcsOf({ CROTA2: 33, CDELT2: 0.02 })
    const matrix = wcsOf({
      CD1_1: -0.01 * Math.cos(angle),
      CD1_2: -0.02 * Math.sin(angle),
      CD2_1: -0.01 * Math.sin(angle),
      CD2_2: 0.02 * Math.cos(angle),
    })
    const a = rotated.pixelToSky(200, 10)!
    const b = matrix.pixelToSky(200, 10)!
    expect(angularDistanceDeg(a, b)).toBeLessThan(1e-12)
  })
})

const everyProjection = ['TAN', 'SIN', 'ARC', 'STG', 'ZEA', 'CAR', 'CEA', 'MER', 'SFL', 'AIT', 'MOL']

const anyWcs = fc
  .record({
    code: fc.constantFrom(...everyProjection),
    galactic: fc.boolean(),
    lon: fc.double({ min: 0, max: 359.9, noNaN: true }),
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    scale: fc.constantFrom(1e-4, 0.01, 0.4, 1.3),
    rotation: fc.double({ min: -180, max: 180, noNaN: true }),
  })
  .map(({ code, galactic, lon, lat, scale, rotation }) =>
    wcsOf({
      CTYPE1: `${galactic ? 'GLON' : 'RA--'}-${code}`,
      CTYPE2: `${galactic ? 'GLAT' : 'DEC-'}-${code}`,
      CRVAL1: lon,
      CRVAL2: lat,
      CDELT1: -scale,
      CDELT2: 1.1 * scale,
      CROTA2: rotation,
    }),
  )
const pixel = fc.double({ min: -150, max: 250, noNaN: true })

describe('Wcs', () => {
  test('comes back to the pixel it went out from', () => {
    fc.assert(
      fc.property(anyWcs, pixel, pixel, (wcs, x, y) => {
        const sky = wcs.pixelToSky(x, y)
        if (!sky) return
        const back = wcs.skyToPixel(sky.raDeg, sky.decDeg)
        // At a seam or a pole one direction has several pixels; the sky must agree there all the same.
        expect(back).toBeDefined()
        const again = wcs.pixelToSky(back!.x, back!.y)
        expect(again ? angularDistanceDeg(again, sky) : 0).toBeLessThan(1e-7)
      }),
      { numRuns: 2000 },
    )
  })

  test('never turns a direction further than its reach says', () => {
    const a = newVector()
    const b = newVector()
    const radius = fc.constantFrom(0.5, 5, 40, 150)
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(anyWcs, pixel, pixel, radius, part, part, (wcs, x, y, r, share, turn) => {
        const reach = wcs.reach(x, y, r)
        const angle = 2 * Math.PI * turn
        const inside = wcs.pixelToVector(x + r * share * Math.cos(angle), y + r * share * Math.sin(angle), b)
        if (reach < 0) expect(inside).toBe(false)
        if (reach < 0 || reach === Number.POSITIVE_INFINITY) return
        expect(inside).toBe(true)
        expect(wcs.pixelToVector(x, y, a)).toBe(true)
        expect(angleBetween(a, b)).toBeLessThanOrEqual(reach + 1e-12)
      }),
      { numRuns: 5000 },
    )
  })

  test('answers nothing, and throws nothing, for NaN and Infinity', () => {
    for (const code of everyProjection) {
      const wcs = wcsOf({ CTYPE1: `RA---${code}`, CTYPE2: `DEC--${code}`, CRVAL2: 0 })
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(wcs.pixelToSky(value, 1)).toBeUndefined()
        expect(wcs.skyToPixel(value, 1)).toBeUndefined()
        expect(wcs.skyToPixel(1, value)).toBeUndefined()
      }
    }
  })

  test('has no pixel for the far half of the sky in TAN and SIN', () => {
    expect(wcsOf({}).skyToPixel(210, -40)).toBeUndefined()
    expect(wcsOf({ CTYPE1: 'RA---SIN', CTYPE2: 'DEC--SIN' }).skyToPixel(210, -30)).toBeUndefined()
  })

  test('gives right ascensions below 360', () => {
    const sky = wcsOf({ CRVAL1: 0, CRVAL2: 0 }).pixelToSky(50 + 1e-13, 60)!
    expect(sky.raDeg).toBeGreaterThanOrEqual(0)
    expect(sky.raDeg).toBeLessThan(360)
  })
})

describe('Galactic coordinates', () => {
  test('put the Galactic centre and pole where they are', () => {
    const center = galacticToIcrs(0, 0)
    expect(center.raDeg).toBeCloseTo(266.405, 3)
    expect(center.decDeg).toBeCloseTo(-28.9362, 3)
    expect(icrsToGalactic(192.85948, 27.12825).latDeg).toBeCloseTo(90, 4)
  })

  test('come back to where they came from', () => {
    const lon = fc.double({ min: 0, max: 359.999, noNaN: true })
    const lat = fc.double({ min: -90, max: 90, noNaN: true })
    fc.assert(
      fc.property(lon, lat, (raDeg, decDeg) => {
        const { lonDeg, latDeg } = icrsToGalactic(raDeg, decDeg)
        expect(angularDistanceDeg(galacticToIcrs(lonDeg, latDeg), { raDeg, decDeg }) / DEGREES).toBeLessThan(
          1e-14 * DEGREES,
        )
      }),
    )
  })
})
