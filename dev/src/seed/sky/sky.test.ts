import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  OnesComplementSum,
  openFileByteSource,
  openImage,
  readPixels,
  regionToPixelBox,
  SpectralAxis,
  Wcs,
} from '@fairlead/backend/fits'
import { afterAll, describe, expect, test } from 'vitest'
import { inverseTransform } from './fourier.ts'
import { gaussianField } from './gaussian-field.ts'
import { makeDemoDatasets } from './index.ts'
import { Random } from './random.ts'
import { SURVEY_TILES } from './survey-tiles.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-sky-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('inverseTransform', () => {
  test('is the sum over all waves that it stands for', () => {
    const side = 8
    const random = new Random(1)
    const re = Float64Array.from({ length: 64 }, () => random.gaussian())
    const im = Float64Array.from({ length: 64 }, () => random.gaussian())
    const expected: number[] = []
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        let sum = 0
        for (let v = 0; v < side; v++) {
          for (let u = 0; u < side; u++) {
            const angle = (2 * Math.PI * (u * x + v * y)) / side
            sum += re[v * side + u]! * Math.cos(angle) - im[v * side + u]! * Math.sin(angle)
          }
        }
        expected.push(sum)
      }
    }
    inverseTransform(re, im, side)
    re.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 10)
    })
  })

  test('refuses a side that is not a power of two', () => {
    expect(() => inverseTransform(new Float64Array(9), new Float64Array(9), 3)).toThrow(/power of two/)
  })
})

describe('Random', () => {
  test('gives the normal distribution its mean, deviation and tails', () => {
    const random = new Random(5)
    const values = Float32Array.from({ length: 100_000 })
    random.fillGaussian(values, 2)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
    expect(mean).toBeCloseTo(0, 1)
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1)
    expect(values.filter((value) => Math.abs(value) > 4).length / values.length).toBeCloseTo(0.0455, 2)
  })
})

describe('gaussianField', () => {
  test('has the variance that its power spectrum asks for', () => {
    const sideRad = 0.5
    const power = (multipole: number) => (multipole < 500 ? 1e-3 : 0)
    const field = gaussianField(256, sideRad, power, new Random(3))
    const variance = field.reduce((sum, value) => sum + value * value, 0) / field.length
    // The integral of l C_l dl / 2 pi from 0 to 500.
    expect(variance / ((1e-3 * 500 ** 2) / (4 * Math.PI))).toBeCloseTo(1, 1)
  })
})

describe('makeDemoDatasets', () => {
  test('makes six sound images, and only those that are missing the next time', {
    timeout: 60_000,
  }, async () => {
    const made = await makeDemoDatasets(folder)
    const tiles = [1, 2, 3, 4].map((number) => `survey-tile-${number}.fits`)
    const names = ['microwave-sky.fits', 'spectral-cube.fits', ...tiles]
    expect(readdirSync(folder).sort()).toEqual(names)
    expect(made).toEqual(names.map((name) => join(folder, name)))
    for (const path of made) {
      const sum = new OnesComplementSum()
      sum.add(readFileSync(path))
      expect(sum.value()).toBe(0xffffffff)
    }
    const before = statSync(join(folder, 'microwave-sky.fits')).mtimeMs
    rmSync(join(folder, 'survey-tile-2.fits'))
    writeFileSync(join(folder, 'survey-tile-2.fits.part'), 'left by a crash')
    expect(await makeDemoDatasets(folder)).toEqual([join(folder, 'survey-tile-2.fits')])
    expect(readdirSync(folder).sort()).toEqual(names)
    expect(statSync(join(folder, 'microwave-sky.fits')).mtimeMs).toBe(before)
  })

  test('makes a microwave map of at least 4096 x 4096 pixels in ZEA whose middle is some hundred microkelvin rough', async () => {
    const source = openFileByteSource(join(folder, 'microwave-sky.fits'))
    const { hdu, ...image } = await openImage(source)
    expect(hdu).toMatchObject({ bitpix: -32, axes: [4096, 4096], unit: 'uK' })
    expect(Wcs.fromHeader(hdu.header)).toMatchObject({ projection: 'ZEA', frame: 'GALACTIC' })
    const values = await readPixels({ hdu, ...image }, { xMin: 1500, xMax: 2500, yMin: 1900, yMax: 2900 })
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const roughness = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    expect(roughness).toBeGreaterThan(70)
    expect(roughness).toBeLessThan(170)
    await source.close()
  })

  test('makes a cube whose galaxy turns: its line is redder on one side than on the other', async () => {
    const source = openFileByteSource(join(folder, 'spectral-cube.fits'))
    const image = await openImage(source)
    expect(image.hdu).toMatchObject({ bitpix: -32, axes: [256, 256, 64] })
    const axis = SpectralAxis.fromHeader(image.hdu.header)!
    const brightest = async (x: number, y: number): Promise<number> => {
      const spectrum: number[] = []
      for (let plane = 0; plane < 64; plane++) {
        const values = await readPixels(image, { xMin: x, xMax: x + 8, yMin: y, yMax: y + 8 }, { plane })
        spectrum.push(values.reduce((sum, value) => sum + value, 0))
      }
      return axis.pixelToWavelength(spectrum.indexOf(Math.max(...spectrum)) + 1)
    }
    const [one, other] = [await brightest(160, 145), await brightest(90, 105)]
    // Some 200 km/s between the two sides.
    expect((one - other) / one).toBeGreaterThan(4e-4)
    expect((one - other) / one).toBeLessThan(14e-4)
    await source.close()
  })

  test('shows one sky in the overlap of two survey tiles', async () => {
    const position = {
      raDeg: (SURVEY_TILES[0]!.raDeg + SURVEY_TILES[1]!.raDeg) / 2,
      decDeg: SURVEY_TILES[0]!.decDeg,
    }
    const images = await Promise.all(
      [1, 2].map(async (number) => openImage(openFileByteSource(join(folder, `survey-tile-${number}.fits`)))),
    )
    for (const image of images)
      expect(image.hdu).toMatchObject({ bitpix: 16, axes: [2048, 2048], scaling: { scale: 0.1 } })
    const medians: number[] = []
    for (const image of images) {
      const wcs = Wcs.fromHeader(image.hdu.header)
      const box = regionToPixelBox(wcs, 2048, 2048, { kind: 'circle', ...position, radiusDeg: 0.004 })
      const values = (await readPixels(image, box)).sort()
      medians.push(values[values.length >> 1]!)
      await image.source.close()
    }
    expect(Math.abs(medians[0]! - medians[1]!)).toBeLessThan(2)
  })
})
