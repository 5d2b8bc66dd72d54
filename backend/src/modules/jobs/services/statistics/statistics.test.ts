import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryByteSource, openFileByteSource, openImage } from '../../../../fits/index.ts'
import { type MadeImage, makeFits } from '../../../../fits/testing/make-fits.ts'
import { sharedData } from '../../../../fits/testing/shared-data.ts'
import type { PlanDataset } from '../plan-context.ts'
import { madeDataset } from '../testing/made-dataset.ts'
import { runLocally } from '../testing/run-locally.ts'
import { imageStatistics } from './image-statistics.ts'
import { statisticsService } from './statistics-service.ts'

const WIDTH = 30
const HEIGHT = 20
const made = (value: (i: number) => number, length = WIDTH * HEIGHT) =>
  Array.from({ length }, (_, i) => value(i))
const eighths = (i: number) => ((i * 7919) % 1009) / 8 - 60
const whole = { xMin: 1, xMax: WIDTH, yMin: 1, yMax: HEIGHT }
const skyAt = (ra: number, dec: number): NonNullable<MadeImage['keywords']> => [
  ['CTYPE1', 'RA---TAN'],
  ['CTYPE2', 'DEC--TAN'],
  ['CRPIX1', 15.5],
  ['CRPIX2', 10.5],
  ['CRVAL1', ra],
  ['CRVAL2', dec],
  ['CDELT1', -0.01],
  ['CDELT2', 0.01],
]

/** The expected numbers are NumPy's, sums and squares in exact fractions; the region's pixels are Astropy's. */
const images: [what: string, image: MadeImage, expected: Record<string, number>][] = [
  [
    'scaled integers with a blank',
    {
      bitpix: 16,
      axes: [WIDTH, HEIGHT],
      stored: made((i) => ((i * 37) % 101) - 50),
      keywords: [
        ['BSCALE', 0.5],
        ['BZERO', 100],
        ['BLANK', -1],
      ],
    },
    {
      pixels: 600,
      finite: 594,
      minimum: 75,
      maximum: 125,
      mean: 99.97643097643098,
      deviation: 14.659730340609174,
      median: 100,
      sum: 59386,
    },
  ],
  [
    'bytes, an even number of them',
    { bitpix: 8, axes: [WIDTH, HEIGHT], stored: made((i) => (i * 53) % 256) },
    {
      pixels: 600,
      finite: 600,
      minimum: 0,
      maximum: 255,
      mean: 126.94,
      deviation: 74.02344043161824,
      median: 126.5,
      sum: 76164,
    },
  ],
  [
    'numbers far from zero, with NaN and infinities among them',
    {
      bitpix: -64,
      axes: [WIDTH, HEIGHT],
      stored: made((i) => {
        if (i === 5) return Number.POSITIVE_INFINITY
        if (i === 6) return Number.NEGATIVE_INFINITY
        return i % 13 === 0 ? Number.NaN : 1e9 + ((i * 7919) % 1000) / 1000
      }),
    },
    {
      pixels: 600,
      finite: 551,
      minimum: 1000000000.002,
      maximum: 1000000000.999,
      mean: 1000000000.4963412,
      deviation: 0.2887362278421416,
      median: 1000000000.494,
      sum: 551000000273.484,
    },
  ],
  [
    'all planes of a cube',
    { bitpix: -32, axes: [WIDTH, HEIGHT, 3], stored: made(eighths, 3 * WIDTH * HEIGHT) },
    {
      pixels: 1800,
      finite: 1800,
      minimum: -60,
      maximum: 66,
      mean: 3.0144444444444445,
      deviation: 36.407791868213266,
      median: 3.0625,
      sum: 5426,
    },
  ],
]

describe('imageStatistics', () => {
  it.each(images)('agrees with NumPy for %s', async (_what, image, expected) => {
    const found = await imageStatistics(
      await openImage(memoryByteSource(makeFits(image))),
      whole,
      undefined,
      () => 0,
    )
    expect([found.pixels, found.finite]).toEqual([expected['pixels'], expected['finite']])
    for (const name of ['minimum', 'maximum'] as const) expect(found[name]).toBe(expected[name])
    for (const name of ['mean', 'deviation', 'sum'] as const) {
      expect(Math.abs(found[name]! / expected[name]! - 1)).toBeLessThan(1e-14)
    }
    expect(Math.abs(found.median! - expected['median']!)).toBeLessThanOrEqual(
      image.bitpix === -64 ? 6e-8 * expected['deviation']! : 0,
    )
  })

  it('counts no value of an image that has none', async () => {
    const image: MadeImage = {
      bitpix: -32,
      axes: [2, 2],
      stored: [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
    }
    const opened = await openImage(memoryByteSource(makeFits(image)))
    const box = { xMin: 1, xMax: 2, yMin: 1, yMax: 2 }
    expect(await imageStatistics(opened, box, undefined, () => 0)).toEqual({ pixels: 4, finite: 0 })
  })

  interface OracleCutout {
    file: string
    pixel_box_1based_inclusive: [number, number, number, number]
    finite: number
    sum: number
    min: number
    max: number
  }
  const oracle = sharedData('wcs-and-cutout-vectors.json')
  it.skipIf(oracle === undefined)('agrees with Astropy about cutouts of real images', async () => {
    const { cutouts } = JSON.parse(readFileSync(oracle!, 'utf8')) as { cutouts: OracleCutout[] }
    expect(cutouts.length).toBeGreaterThan(10)
    for (const { file, pixel_box_1based_inclusive: corners, finite, sum, min, max } of cutouts) {
      const source = openFileByteSource(sharedData(file)!)
      const [xMin, xMax, yMin, yMax] = corners
      const box = { xMin, xMax, yMin, yMax }
      const found = await imageStatistics(await openImage(source), box, undefined, () => 0)
      await source.close()
      expect(found).toMatchObject({ finite, minimum: min, maximum: max })
      expect(Math.abs(found.sum! / sum - 1)).toBeLessThan(1e-12)
    }
  })
})

describe('statistics', () => {
  let folder: string
  let datasets: PlanDataset[]
  const measure = (...given: readonly (readonly [string, string])[]) =>
    runLocally(statisticsService, given, datasets, folder)
  const table = (csv: Buffer) => {
    const [head = [], ...rows] = csv
      .toString()
      .trim()
      .split('\r\n')
      .map((line) => line.split(','))
    return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])))
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-statistics-'))
    const flat = { bitpix: -32 as const, axes: [WIDTH, HEIGHT], stored: made(eighths) }
    datasets = await Promise.all([
      madeDataset(folder, 'sky', { ...flat, keywords: [...skyAt(10, 20), ['BUNIT', 'Jy/beam']] }),
      madeDataset(folder, 'elsewhere', { ...flat, keywords: skyAt(200, -30) }),
      madeDataset(folder, 'bare', flat),
    ])
    datasets.push({
      ...datasets[2]!,
      id: 'changed',
      location: { ...(datasets[2]!.location as object), version: '1' },
    })
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('gives one table for all images and regions, as CSV and as VOTable', async () => {
    const { files, plan } = await measure(
      ['ID', 'sky'],
      ['ID', 'elsewhere'],
      ['CIRCLE', '10.02 20.01 0.07'],
      ['POLYGON', '199.9 -30.1 200.1 -30.1 200 -29.9'],
    )
    expect(files.map(({ fileName, mediaType }) => [fileName, mediaType])).toEqual([
      ['statistics.csv', 'text/csv'],
      ['statistics.vot', 'application/x-votable+xml'],
    ])
    const rows = table(files[0]!.content)
    expect(rows).toHaveLength(4)
    expect(rows[0]).toMatchObject({
      id: 'sky',
      stencil: 'CIRCLE 10.02 20.01 0.07',
      pixels: '152',
      finite: '152',
      minimum: '-56.25',
      maximum: '65.875',
      mean: '5.440789473684211',
      median: '7.125',
      sum: '827',
      unit: 'Jy/beam',
      problem: '',
    })
    expect(Number(rows[0]!['stddev'])).toBeCloseTo(36.378509584287535, 12)
    expect(rows[1]).toMatchObject({ id: 'elsewhere', pixels: '0', finite: '0', mean: '' })
    expect(rows[1]!['problem']).toMatch(/no pixel in common/)
    const text = files[1]!.content.toString()
    expect(text).toContain('<FIELD name="mean" datatype="double" ucd="stat.mean"')
    expect(text.match(/<TR>/g)).toHaveLength(4)
    expect(text).toContain('<TD>CIRCLE 10.02 20.01 0.07</TD>')
    const size = files.reduce((sum, { content }) => sum + content.length, 0)
    expect(size).toBeLessThan(plan.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  })

  it('measures whole images that have no coordinates', async () => {
    const { files } = await measure(['ID', 'bare'])
    expect(table(files[0]!.content)).toMatchObject([{ id: 'bare', stencil: '', finite: '600', problem: '' }])
  })

  it('measures the pixel that holds a region smaller than it', async () => {
    const { files } = await measure(['ID', 'sky'], ['CIRCLE', '10.0012 20.0012 0.0001'])
    expect(table(files[0]!.content)).toMatchObject([{ pixels: '1', finite: '1', stddev: '0' }])
  })

  it('says of an image that failed why, beside the others', async () => {
    const { files } = await measure(['ID', 'bare'], ['ID', 'changed'])
    const [good, bad] = table(files[0]!.content)
    expect(good).toMatchObject({ id: 'bare', finite: '600', problem: '' })
    expect(bad).toMatchObject({ id: 'changed', finite: '', mean: '' })
    expect(bad!['problem']).toMatch(/changed/)
  })

  it.each([
    ['a region of an image without coordinates', ['ID', 'bare'], ['CIRCLE', '10 20 1'], 'parameters[0]'],
    ['a region off every image', ['ID', 'sky'], ['CIRCLE', '100 20 1'], 'parameters[1]'],
    ['a parameter of another service', ['ID', 'sky'], ['WIDTH', '10'], 'parameters[1]'],
  ] as const)('refuses %s', async (_what, id, other, field) => {
    await expect(measure(id, other)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field }],
    })
  })
})
