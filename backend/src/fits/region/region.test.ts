import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openImage } from '../hdu.ts'
import type { CardValue } from '../header/card.ts'
import type { PixelBox } from '../image/pixel-box.ts'
import { readPixels } from '../image/read-pixels.ts'
import { openFileByteSource } from '../source/file-byte-source.ts'
import { sharedData } from '../testing/shared-data.ts'
import { newVector } from '../wcs/vector.ts'
import { Wcs } from '../wcs/wcs.ts'
import {
  checkRegion,
  formatRegion,
  parseCircle,
  parsePolygon,
  parsePosition,
  type Region,
  regionContains,
  regionToPixelBox,
} from './index.ts'
import { skyShape } from './sky-shape.ts'

function wcsOf(code: string, values: Record<string, CardValue>): Wcs {
  const header = {
    CTYPE1: `RA---${code}`,
    CTYPE2: `DEC--${code}`,
    CDELT1: -1,
    CDELT2: 1,
    CRPIX1: 30,
    CRPIX2: 30,
    ...values,
  }
  return Wcs.fromHeader(new Map<string, CardValue>(Object.entries(header)))
}

/** Looks at every pixel. */
function boxByForce(wcs: Wcs, widthPx: number, heightPx: number, region: Region): PixelBox | undefined {
  const shape = skyShape(region)
  const direction = newVector()
  let box: PixelBox | undefined
  for (let y = 1; y <= heightPx; y++) {
    for (let x = 1; x <= widthPx; x++) {
      if (!wcs.pixelToVector(x, y, direction) || !shape.contains(direction)) continue
      box ??= { xMin: x, xMax: x, yMin: y, yMax: y }
      box = { xMin: Math.min(box.xMin, x), xMax: Math.max(box.xMax, x), yMin: box.yMin, yMax: y }
    }
  }
  return box
}

function boxOrReason(wcs: Wcs, widthPx: number, heightPx: number, region: Region): PixelBox | string {
  try {
    return regionToPixelBox(wcs, widthPx, heightPx, region)
  } catch (error) {
    return String((error as { reason?: unknown }).reason)
  }
}

const degrees = (min: number, max: number) => fc.double({ min, max, noNaN: true })

const anyRegion: fc.Arbitrary<Region> = fc.oneof(
  fc.record({
    kind: fc.constant('circle' as const),
    raDeg: degrees(0, 360),
    decDeg: degrees(-90, 90),
    radiusDeg: fc.oneof(degrees(0.01, 20), degrees(1, 180)),
  }),
  fc
    .record({
      ra: degrees(0, 360),
      width: degrees(0.1, 360),
      dec: degrees(-90, 89),
      height: degrees(0.1, 180),
    })
    .map(({ ra, width, dec, height }) => ({
      kind: 'range' as const,
      raMinDeg: ra,
      raMaxDeg: ra + width > 360 ? ra + width - 360 : ra + width,
      decMinDeg: dec,
      decMaxDeg: Math.min(90, dec + height),
    })),
  fc
    .record({
      ra: degrees(0, 360),
      dec: degrees(-88, 88),
      radii: fc.array(degrees(0.5, 40), { minLength: 3, maxLength: 8 }),
    })
    .map(({ ra, dec, radii }) => ({ kind: 'polygon' as const, vertices: starOutline(ra, dec, radii) })),
)

/** A polygon whose corners go round a centre once, at distances of one's choice. */
function starOutline(
  raDeg: number,
  decDeg: number,
  radii: readonly number[],
): { raDeg: number; decDeg: number }[] {
  const wcs = wcsOf('ARC', { CRVAL1: raDeg, CRVAL2: decDeg })
  return radii.map((radius, i) => {
    const angle = (2 * Math.PI * i) / radii.length
    return wcs.pixelToSky(30 + radius * Math.cos(angle), 30 + radius * Math.sin(angle))!
  })
}

const projections = ['TAN', 'SIN', 'ARC', 'STG', 'ZEA', 'CAR', 'CEA', 'MER', 'SFL', 'AIT', 'MOL']

const anyImage = fc
  .record({
    code: fc.constantFrom(...projections),
    ra: degrees(0, 360),
    dec: fc.oneof(degrees(-90, 90), fc.constantFrom(-90, 0, 90)),
    scale: fc.constantFrom(0.3, 1, 3, 7),
    rotation: degrees(-180, 180),
    width: fc.integer({ min: 20, max: 60 }),
    height: fc.integer({ min: 20, max: 60 }),
  })
  .map(({ code, ra, dec, scale, rotation, width, height }) => ({
    wcs: wcsOf(code, { CRVAL1: ra, CRVAL2: dec, CDELT1: -scale, CDELT2: scale, CROTA2: rotation }),
    width,
    height,
  }))

describe('regionToPixelBox', () => {
  test('finds the box that looking at every pixel finds, for any region, projection and pole', () => {
    fc.assert(
      fc.property(anyImage, anyRegion, ({ wcs, width, height }, region) => {
        fc.pre(boxOrReason(wcs, width, height, region) !== 'BAD_REGION')
        const expected = boxByForce(wcs, width, height, region)
        if (expected) expect(regionToPixelBox(wcs, width, height, region)).toEqual(expected)
      }),
      { numRuns: 800 },
    )
  })

  test('holds both sides of the 0/360 edge', () => {
    const wcs = wcsOf('TAN', { CRVAL1: 0.3, CRVAL2: 10, CDELT1: -0.1, CDELT2: 0.1 })
    const box = regionToPixelBox(wcs, 60, 60, { kind: 'circle', raDeg: 359.9, decDeg: 10, radiusDeg: 1 })
    expect(box.xMax - box.xMin).toBeGreaterThanOrEqual(18)
    expect(regionToPixelBox(wcs, 60, 60, parsePosition('RANGE 359 1 9 11'))).toEqual(
      boxByForce(wcs, 60, 60, { kind: 'range', raMinDeg: 359, raMaxDeg: 1, decMinDeg: 9, decMaxDeg: 11 }),
    )
  })

  test('holds the pole', () => {
    const wcs = wcsOf('ZEA', { CRVAL1: 0, CRVAL2: 90 })
    const box = regionToPixelBox(wcs, 60, 60, { kind: 'circle', raDeg: 45, decDeg: 88, radiusDeg: 5 })
    expect(box).toEqual(boxByForce(wcs, 60, 60, { kind: 'circle', raDeg: 45, decDeg: 88, radiusDeg: 5 }))
    expect(box.xMin).toBeLessThan(30)
    expect(box.xMax).toBeGreaterThan(30)
  })

  test('spans an all-sky map where the region crosses its seam', () => {
    const wcs = wcsOf('CAR', { CRVAL1: 180, CRVAL2: 0, CRPIX1: 180.5, CRPIX2: 90.5 })
    const box = regionToPixelBox(wcs, 360, 180, { kind: 'circle', raDeg: 0, decDeg: 0, radiusDeg: 3 })
    expect([box.xMin, box.xMax]).toEqual([1, 360])
  })

  test('gives the pixel of the centre for a circle that holds no pixel centre', () => {
    const wcs = wcsOf('TAN', { CRVAL1: 10, CRVAL2: 20 })
    const sky = wcs.pixelToSky(12.4, 17.4)!
    const box = regionToPixelBox(wcs, 60, 60, { kind: 'circle', ...sky, radiusDeg: 1e-6 })
    expect(box).toEqual({ xMin: 12, xMax: 12, yMin: 17, yMax: 17 })
  })

  test('gives the pixels of the corners for a polygon that slips between the pixel centres', () => {
    const wcs = wcsOf('TAN', { CRVAL1: 10, CRVAL2: 20 })
    const vertices = [
      [12.3, 17.3],
      [15.4, 17.3],
      [15.4, 17.4],
    ].map(([x, y]) => wcs.pixelToSky(x!, y!)!)
    const box = regionToPixelBox(wcs, 60, 60, { kind: 'polygon', vertices })
    expect(box).toEqual({ xMin: 12, xMax: 15, yMin: 17, yMax: 17 })
  })

  test('clips a region at the image and refuses one beside it', () => {
    const wcs = wcsOf('TAN', { CRVAL1: 10, CRVAL2: 20, CDELT1: -0.1, CDELT2: 0.1 })
    const corner = wcs.pixelToSky(1, 1)!
    const box = regionToPixelBox(wcs, 60, 60, { kind: 'circle', ...corner, radiusDeg: 1 })
    expect([box.xMin, box.yMin]).toEqual([1, 1])
    expect(boxOrReason(wcs, 60, 60, { kind: 'circle', raDeg: 100, decDeg: 20, radiusDeg: 1 })).toBe(
      'REGION_OUTSIDE_IMAGE',
    )
    expect(boxOrReason(wcs, 60, 60, { kind: 'circle', raDeg: 190, decDeg: -20, radiusDeg: 1 })).toBe(
      'REGION_OUTSIDE_IMAGE',
    )
  })

  test('takes the whole image for the whole sky', () => {
    const wcs = wcsOf('TAN', { CRVAL1: 10, CRVAL2: 20, CDELT1: -0.1, CDELT2: 0.1 })
    const whole = { xMin: 1, xMax: 60, yMin: 1, yMax: 60 }
    expect(regionToPixelBox(wcs, 60, 60, parsePosition('RANGE 0 360 -90 90'))).toEqual(whole)
    expect(regionToPixelBox(wcs, 60, 60, parsePosition('RANGE -Inf +Inf -Inf +Inf'))).toEqual(whole)
    expect(regionToPixelBox(wcs, 60, 60, { kind: 'circle', raDeg: 0, decDeg: 0, radiusDeg: 180 })).toEqual(
      whole,
    )
  })

  test('does little work in an image of 40,000 x 40,000 pixels', () => {
    const wcs = wcsOf('TAN', {
      CRVAL1: 10,
      CRVAL2: 20,
      CDELT1: -1e-4,
      CDELT2: 1e-4,
      CRPIX1: 20000,
      CRPIX2: 20000,
    })
    let looks = 0
    const counted = new Proxy(wcs, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...values: unknown[]) => {
          looks++
          return Reflect.apply(value, target, values)
        }
      },
    })
    regionToPixelBox(counted, 40_000, 40_000, { kind: 'circle', raDeg: 10.3, decDeg: 20.4, radiusDeg: 1.2 })
    expect(looks).toBeLessThan(20_000)
  })
})

describe('regionToPixelBox agrees with astropy on real images', () => {
  interface CutoutVector {
    file: string
    circle: [number, number, number]
    pixel_box_1based_inclusive: [number, number, number, number]
    finite: number
    sum: number
    min: number
    max: number
  }
  const path = sharedData('wcs-and-cutout-vectors.json')
  const vectors: CutoutVector[] = path ? JSON.parse(readFileSync(path, 'utf8')).cutouts : []
  test('boxes and sums are equal', async ({ skip }) => {
    skip(vectors.length === 0, 'needs ../shared/data')
    expect(vectors.length).toBeGreaterThanOrEqual(16)
    for (const vector of vectors) {
      const source = openFileByteSource(sharedData(vector.file)!)
      const image = await openImage(source)
      const { header, widthPx, heightPx } = image.hdu
      const [raDeg, decDeg, radiusDeg] = vector.circle
      const box = regionToPixelBox(Wcs.fromHeader(header), widthPx, heightPx, {
        kind: 'circle',
        raDeg,
        decDeg,
        radiusDeg,
      })
      expect([box.xMin, box.xMax, box.yMin, box.yMax]).toEqual(vector.pixel_box_1based_inclusive)
      const finite = (await readPixels(image, box)).filter(Number.isFinite)
      expect(finite).toHaveLength(vector.finite)
      expect(finite.reduce((sum, value) => sum + value, 0) / vector.sum).toBeCloseTo(1, 12)
      expect(finite.reduce((a, b) => Math.min(a, b))).toBe(vector.min)
      expect(finite.reduce((a, b) => Math.max(a, b))).toBe(vector.max)
      await source.close()
    }
  })
})

describe('parsing', () => {
  const taken: [text: string, region: Region][] = [
    ['CIRCLE 12 34 0.5', { kind: 'circle', raDeg: 12, decDeg: 34, radiusDeg: 0.5 }],
    ['circle  12.0,+34 5e-1', { kind: 'circle', raDeg: 12, decDeg: 34, radiusDeg: 0.5 }],
    ['RANGE 12 14 34 36', { kind: 'range', raMinDeg: 12, raMaxDeg: 14, decMinDeg: 34, decMaxDeg: 36 }],
    ['RANGE 0 360 -Inf 2', { kind: 'range', raMinDeg: 0, raMaxDeg: 360, decMinDeg: -90, decMaxDeg: 2 }],
    [
      'POLYGON 12 34 14 34 14 36 12 36',
      {
        kind: 'polygon',
        vertices: [
          [12, 34],
          [14, 34],
          [14, 36],
          [12, 36],
        ].map(([raDeg, decDeg]) => ({ raDeg: raDeg!, decDeg: decDeg! })),
      },
    ],
    [
      'POLYGON 12 34 14 34 14 36 12 34',
      {
        kind: 'polygon',
        vertices: [
          [12, 34],
          [14, 34],
          [14, 36],
        ].map(([raDeg, decDeg]) => ({ raDeg: raDeg!, decDeg: decDeg! })),
      },
    ],
  ]
  test.each(taken)('takes %s', (text, region) => {
    expect(parsePosition(text)).toEqual(region)
    expect(parsePosition(formatRegion(region))).toEqual(region)
  })

  const refused: [text: string, message: RegExp][] = [
    ['', /CIRCLE, RANGE or POLYGON/],
    ['BOX 1 2 3 4', /CIRCLE, RANGE or POLYGON/],
    ['CIRCLE 1 2', /three numbers/],
    ['CIRCLE 1 2 3 4', /three numbers/],
    ['CIRCLE 1 2 0', /radius is 0/],
    ['CIRCLE 1 2 -1', /radius is -1/],
    ['CIRCLE 1 2 181', /at most 180/],
    ['CIRCLE 1 2 NaN', /"NaN" is not one/],
    ['CIRCLE 1 2 Infinity', /"Infinity" is not one/],
    ['CIRCLE 1 91 1', /declination 91/],
    ['CIRCLE 361 1 1', /right ascension 361/],
    ['CIRCLE 0x10 1 1', /"0x10"/],
    ['RANGE 1 2 3', /four numbers/],
    ['RANGE 1 2 4 3', /smaller one/],
    ['RANGE 1 1 3 4', /both 1/],
    ['POLYGON 1 2 3', /pairs/],
    ['POLYGON 1 2 3 4', /2 corners; it needs at least 3/],
    ['POLYGON 1 2 3 4 1 2', /same|no area/],
    ['POLYGON 0 0 2 2 2 0 0 2', /cross/],
    ['POLYGON 0 0 0 10 0 20', /no area|cross/],
    ['POLYGON 0 0 180 0 90 10', /opposite/],
    ['POLYGON 0 0 5 0 5 0 5 5', /same/],
    [`POLYGON ${Array.from({ length: 1001 }, (_, i) => `${i / 100} 0`).join(' ')}`, /at most 1000/],
  ]
  test.each(refused)('refuses %.40s', (text, message) => {
    expect(() => parsePosition(text)).toThrow(
      expect.objectContaining({
        name: 'FitsError',
        reason: 'BAD_REGION',
        message: expect.stringMatching(message),
      }),
    )
  })

  test('takes the values of CIRCLE and POLYGON without the word', () => {
    expect(parseCircle('12 34 0.5')).toEqual({ kind: 'circle', raDeg: 12, decDeg: 34, radiusDeg: 0.5 })
    expect(parsePolygon('1 2 3 4 5 0')).toMatchObject({ kind: 'polygon' })
  })
})

describe('checkRegion', () => {
  test.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('refuses a radius of %d', (radiusDeg) => {
    expect(() => checkRegion({ kind: 'circle', raDeg: 1, decDeg: 2, radiusDeg })).toThrow(/radius/)
  })
})

describe('regionContains', () => {
  test('takes the smaller side of a polygon whichever way round it is given', () => {
    const square = parsePolygon('10 10 20 10 20 20 10 20')
    const turned = parsePolygon('10 20 20 20 20 10 10 10')
    for (const region of [square, turned]) {
      expect(regionContains(region, 15, 15)).toBe(true)
      expect(regionContains(region, 25, 15)).toBe(false)
      expect(regionContains(region, 195, -15)).toBe(false)
    }
  })

  test('holds the pole in a polygon around it', () => {
    const cap = parsePolygon('0 80 120 80 240 80')
    expect(regionContains(cap, 33, 90)).toBe(true)
    expect(regionContains(cap, 33, -90)).toBe(false)
  })

  test('follows great circles, not parallels', () => {
    const wide = parsePolygon('0 40 90 40 90 50 0 50')
    expect(regionContains(wide, 45, 45)).toBe(false)
    expect(regionContains(wide, 45, 55)).toBe(true)
  })

  test('agrees with itself turned to anywhere on the sky', () => {
    const place = fc.record({ ra: degrees(0, 360), dec: degrees(-89, 89) })
    const radii = fc.array(degrees(1, 60), { minLength: 3, maxLength: 9 })
    fc.assert(
      fc.property(place, radii, degrees(-80, 80), degrees(-80, 80), ({ ra, dec }, sizes, dx, dy) => {
        const answer = (raDeg: number, decDeg: number): boolean => {
          const wcs = wcsOf('ARC', { CRVAL1: raDeg, CRVAL2: decDeg })
          const sky = wcs.pixelToSky(30 + dx, 30 + dy)!
          return regionContains(
            { kind: 'polygon', vertices: starOutline(raDeg, decDeg, sizes) },
            sky.raDeg,
            sky.decDeg,
          )
        }
        expect(answer(ra, dec)).toBe(answer(77, 0))
      }),
      { numRuns: 1000 },
    )
  })
})
