import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryByteSource, OnesComplementSum, openImage, readPixels } from '../../../../fits/index.ts'
import type { PlanDataset } from '../plan-context.ts'
import { madeDataset } from '../testing/made-dataset.ts'
import { runLocally } from '../testing/run-locally.ts'
import { cutoutService } from './cutout-service.ts'

const WIDTH = 20
const HEIGHT = 16
const PLANES = 10
const sky = [
  ['CTYPE1', 'RA---TAN'],
  ['CTYPE2', 'DEC--TAN'],
  ['CRPIX1', 10.5],
  ['CRPIX2', 8.5],
  ['CRVAL1', 10],
  ['CRVAL2', 20],
  ['CDELT1', -0.01],
  ['CDELT2', 0.01],
] as const
const wave = (axis: number) =>
  [
    [`CTYPE${axis}`, 'WAVE'],
    [`CUNIT${axis}`, 'nm'],
    [`CRPIX${axis}`, 1],
    [`CRVAL${axis}`, 500],
    [`CDELT${axis}`, 2],
  ] as const
const frequency = [
  ['CTYPE3', 'FREQ'],
  ['CUNIT3', 'GHz'],
  ['CRVAL3', 100],
  ['CDELT3', 1],
] as const

/** What the cubes hold at (x, y, plane), each from 1. */
const pixelValue = (x: number, y: number, plane: number) => x + 100 * y + 10_000 * plane
const stored = Array.from({ length: WIDTH * HEIGHT * PLANES }, (_, i) =>
  pixelValue((i % WIDTH) + 1, (Math.floor(i / WIDTH) % HEIGHT) + 1, Math.floor(i / (WIDTH * HEIGHT)) + 1),
)

describe('cutout of a spectral cube', () => {
  let folder: string
  let datasets: PlanDataset[]
  const cut = (...given: readonly (readonly [string, string])[]) =>
    runLocally(cutoutService, given, datasets, folder)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-cube-'))
    const cube = { bitpix: -32 as const, axes: [WIDTH, HEIGHT, PLANES], stored }
    const flat = { bitpix: -32 as const, axes: [WIDTH, HEIGHT], stored: stored.slice(0, WIDTH * HEIGHT) }
    datasets = await Promise.all([
      madeDataset(folder, 'cube', { ...cube, keywords: [...sky, ...wave(3)] }),
      madeDataset(folder, 'radio', { ...cube, keywords: [...sky, ...frequency] }),
      madeDataset(folder, 'stokes', {
        ...cube,
        axes: [WIDTH, HEIGHT, 1, PLANES],
        keywords: [...sky, ['CTYPE3', 'STOKES'], ...wave(4)],
      }),
      madeDataset(folder, 'polarised', {
        ...cube,
        axes: [WIDTH, HEIGHT, PLANES / 2, 2],
        keywords: [...sky, ...wave(3), ['CTYPE4', 'STOKES']],
      }),
      madeDataset(folder, 'plane', { ...flat, axes: [WIDTH, HEIGHT, 1], keywords: [...sky, ...wave(3)] }),
      madeDataset(folder, 'channel', { ...flat, keywords: [...sky, ['WCSAXES', 3], ...wave(3)] }),
      madeDataset(folder, 'flat', { ...flat, keywords: [...sky] }),
      madeDataset(folder, 'bare', { ...cube, keywords: [...wave(3)] }),
      madeDataset(folder, 'tabular', { ...cube, keywords: [...sky, ['CTYPE3', 'WAVE-TAB']] }),
    ])
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('keeps the pixels within a circle and a band, and says where they are', async () => {
    const { files, plan } = await cut(['ID', 'cube'], ['CIRCLE', '10 20 0.03'], ['BAND', '503e-9 508e-9'])
    expect(files.map(({ fileName, sourceId, stencil }) => [fileName, sourceId, stencil])).toEqual([
      ['cube-circle-1-band-1.fits', 'cube', 'CIRCLE 10 20 0.03 BAND 503e-9 508e-9'],
      ['cube-circle-1-band-1.png', 'cube', 'CIRCLE 10 20 0.03 BAND 503e-9 508e-9'],
    ])
    const bytes = files[0]!.content
    const { hdu, source } = await openImage(memoryByteSource(bytes))
    expect(hdu.axes).toEqual([6, 6, 3])
    expect(['CRPIX1', 'CRPIX2', 'CRPIX3'].map((keyword) => hdu.header.number(keyword))).toEqual([
      3.5, 3.5, -1,
    ])
    expect(hdu.header.images().join('\n')).toContain('[8:13,6:11,3:5]')
    const box = { xMin: 1, xMax: 6, yMin: 1, yMax: 6 }
    for (const plane of [0, 1, 2]) {
      const pixels = await readPixels({ hdu, source }, box, { plane })
      expect([pixels[0], pixels.at(-1)]).toEqual([pixelValue(8, 6, plane + 3), pixelValue(13, 11, plane + 3)])
    }
    const sum = new OnesComplementSum()
    sum.add(bytes)
    expect(sum.value()).toBe(0xffffffff)
    const total = files.reduce((size, { content }) => size + content.length, 0)
    expect(total).toBeLessThanOrEqual(plan[0]!.sizeBytes)
  })

  const lightSpeed = 299_792_458
  it.each([
    ['a wavelength axis', 'cube', '503e-9 508e-9', [WIDTH, HEIGHT, 3], 3],
    [
      'a frequency axis, which runs the other way',
      'radio',
      `${lightSpeed / 104e9} ${lightSpeed / 103e9}`,
      [WIDTH, HEIGHT, 2],
      3,
    ],
    ['one wavelength, which gives one plane', 'cube', '505.5e-9 505.5e-9', [WIDTH, HEIGHT, 1], 4],
    ['an open band', 'cube', '513e-9 +Inf', [WIDTH, HEIGHT, 3], 8],
    [
      'the fourth axis, behind a Stokes axis of one plane',
      'stokes',
      '503e-9 508e-9',
      [WIDTH, HEIGHT, 1, 3],
      3,
    ],
    ['an axis of one plane', 'plane', '499.5e-9 600e-9', [WIDTH, HEIGHT, 1], 1],
    ['coordinates of an axis that the image does not have', 'channel', '400e-9 600e-9', [WIDTH, HEIGHT], 1],
    ['an image without sky coordinates', 'bare', '-Inf 500.5e-9', [WIDTH, HEIGHT, 1], 1],
  ] as const)('cuts by a band alone: %s', async (_what, id, band, axes, plane) => {
    const { files } = await cut(['ID', id], ['BAND', band])
    expect(files[0]).toMatchObject({ fileName: `${id}-band-1.fits`, stencil: `BAND ${band}` })
    const image = await openImage(memoryByteSource(files[0]!.content))
    expect(image.hdu.axes).toEqual(axes)
    const pixels = await readPixels(image, { xMin: 1, xMax: WIDTH, yMin: 1, yMax: HEIGHT })
    expect([pixels[0], pixels.at(-1)]).toEqual([pixelValue(1, 1, plane), pixelValue(WIDTH, HEIGHT, plane)])
  })

  it('moves the reference pixel of the axis that was cut, and no other', async () => {
    const behind = await cut(['ID', 'stokes'], ['BAND', '503e-9 508e-9'])
    const { header } = (await openImage(memoryByteSource(behind.files[0]!.content))).hdu
    const reference = [1, 2, 3, 4].map((axis) => header.number(`CRPIX${axis}`))
    expect(reference).toEqual([10.5, 8.5, undefined, -1])
    // The radio cube has no CRPIX3, which stands for 0.
    const radio = await cut(['ID', 'radio'], ['BAND', `${lightSpeed / 104e9} ${lightSpeed / 103e9}`])
    const { hdu } = await openImage(memoryByteSource(radio.files[0]!.content))
    expect(hdu.header.number('CRPIX3')).toBe(-2)
  })

  it('keeps the band of each polarisation', async () => {
    const { files } = await cut(['ID', 'polarised'], ['BAND', '502e-9 504e-9'])
    const image = await openImage(memoryByteSource(files[0]!.content))
    expect(image.hdu.axes).toEqual([WIDTH, HEIGHT, 2, 2])
    const corner = { xMin: 1, xMax: 1, yMin: 1, yMax: 1 }
    const first = await Promise.all(
      [0, 1, 2, 3].map(async (plane) => (await readPixels(image, corner, { plane }))[0]),
    )
    expect(first).toEqual([2, 3, 7, 8].map((plane) => pixelValue(1, 1, plane)))
  })

  it('gives each image, region and band a result of its own, also where they do not meet', async () => {
    const { files, plan } = await cut(
      ['ID', 'cube'],
      ['ID', 'radio'],
      ['CIRCLE', '10 20 0.03'],
      ['CIRCLE', '10 20.02 0.02'],
      ['BAND', '503e-9 508e-9'],
      ['BAND', '0.0028 0.0029'],
    )
    expect(plan).toHaveLength(8)
    expect(files.map(({ fileName }) => fileName).filter((name) => !name.endsWith('.png'))).toEqual([
      'cube-circle-1-band-1.fits',
      'cube-circle-1-band-2.txt',
      'radio-circle-1-band-1.txt',
      'radio-circle-1-band-2.fits',
      'cube-circle-2-band-1.fits',
      'cube-circle-2-band-2.txt',
      'radio-circle-2-band-1.txt',
      'radio-circle-2-band-2.fits',
    ])
    const text = files.find(({ fileName }) => fileName === 'cube-circle-1-band-2.txt')?.content.toString()
    expect(text).toMatch(/^UsageError: BAND .* which covers 4\.99\S* to 5\.19\S* m/)
  })

  it.each([
    [
      'a band that meets no image',
      'cube',
      ['BAND', '1e-6 2e-6'],
      'parameters[1]',
      /covers 4.99000e-7 to 5.19000e-7 m/,
    ],
    [
      'an image without a spectral axis',
      'flat',
      ['BAND', '500e-9 600e-9'],
      'parameters[0]',
      /flat cannot be cut by wavelength: it has no spectral axis/,
    ],
    ['a spectral axis that is not read', 'tabular', ['BAND', '500e-9 600e-9'], 'parameters[0]', /WAVE-TAB/],
    ['the upper end first', 'cube', ['BAND', '600e-9 500e-9'], 'parameters[1]', /lower end first/],
    ['one number', 'cube', ['BAND', '500e-9'], 'parameters[1]', /"lower upper"/],
    ['three numbers', 'cube', ['BAND', '1 2 3'], 'parameters[1]', /"lower upper"/],
    ['no number', 'cube', ['BAND', 'NaN 5e-7'], 'parameters[1]', /"lower upper"/],
    ['nothing between infinities', 'cube', ['BAND', '+Inf +Inf'], 'parameters[1]', /hold a number/],
    ['negative wavelengths', 'cube', ['BAND', '-5e-7 -4e-7'], 'parameters[1]', /reach up to 0 m/],
    ['a time', 'cube', ['TIME', '55100.0 +Inf'], 'parameters[1]', /TIME is not a parameter of this service/],
    ['a polarisation', 'cube', ['POL', 'I'], 'parameters[1]', /POL is not a parameter of this service/],
  ] as const)('refuses %s', async (_what, id, parameter, field, description) => {
    await expect(cut(['ID', id], parameter)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^UsageError: /),
      violations: expect.arrayContaining([{ field, description: expect.stringMatching(description) }]),
    })
  })
})
