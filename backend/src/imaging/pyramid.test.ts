import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { memoryByteSource, openFileByteSource, openImage } from '../fits/index.ts'
import { makeFits } from '../fits/testing/make-fits.ts'
import { buildPyramid, openPyramid, PyramidMismatch, type TilePyramid } from './pyramid.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-pyramid-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Means of 2 x 2 pixels, those that are NaN left out: the definition, said as plainly as can be. */
function halved(
  values: number[],
  width: number,
  height: number,
): { values: number[]; width: number; height: number } {
  const half = { values: [] as number[], width: Math.ceil(width / 2), height: Math.ceil(height / 2) }
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const four = [0, 1].flatMap((dy) =>
        [0, 1].map((dx) => {
          const column = Math.min(2 * x + dx, width - 1)
          const row = Math.min(2 * y + dy, height - 1)
          return values[row * width + column]!
        }),
      )
      const finite = four.filter(Number.isFinite)
      half.values.push(finite.reduce((sum, value) => sum + value, 0) / finite.length)
    }
  }
  return half
}

async function levelOf(
  pyramid: TilePyramid,
  level: number,
  width: number,
  height: number,
  plane = 0,
): Promise<number[]> {
  const values = new Array<number>(width * height).fill(Number.POSITIVE_INFINITY)
  for (let row = 0; row * 256 < height; row++) {
    for (let column = 0; column * 256 < width; column++) {
      const tile = (await pyramid.readTile({ level, column, row, plane }))!
      expect([tile.widthPx, tile.heightPx]).toEqual([
        Math.min(256, width - 256 * column),
        Math.min(256, height - 256 * row),
      ])
      tile.codes.forEach((code, i) => {
        const x = 256 * column + (i % tile.widthPx)
        const y = 256 * row + Math.floor(i / tile.widthPx)
        const value = tile.minimum + (code * (tile.maximum - tile.minimum)) / 65534
        values[y * width + x] = code === 65535 ? Number.NaN : value
      })
    }
  }
  return values
}

describe.each([
  [1, 1, 1],
  [256, 256, 1],
  [257, 255, 1],
  [600, 515, 1],
  [1030, 40, 1],
  [300, 270, 3],
])('a pyramid of %i x %i pixels, %i planes', (width, height, planes) => {
  const stored = Array.from({ length: width * height * planes }, (_, i) => {
    if (i % 97 === 5 || (i % width < 12 && Math.floor(i / width) % height < 12))
      return i === 0 ? 1 : Number.NaN
    return ((i * 7919) % 1009) + i / 1000
  })
  const path = join(folder, `${width}x${height}x${planes}`)
  const file = makeFits({ bitpix: -32, axes: planes > 1 ? [width, height, planes] : [width, height], stored })
  const opened = openImage(memoryByteSource(file))

  test('holds means of 2 x 2 pixels at every level, to within a step of a tile', async () => {
    const image = await opened
    const statistics = await buildPyramid(image, path)
    const source = openFileByteSource(path)
    const pyramid = await openPyramid(image, source)
    expect(pyramid.levels).toBe(statistics.levels)
    for (let plane = 0; plane < planes; plane++) {
      let level = {
        values: stored.slice(plane * width * height, (plane + 1) * width * height).map(Math.fround),
        width,
        height,
      }
      for (let index = 0; index < pyramid.levels; index++) {
        const values = await levelOf(pyramid, index, level.width, level.height, plane)
        const worst = values.reduce((most, value, i) => {
          if (Number.isNaN(value) !== Number.isNaN(level.values[i])) return Number.POSITIVE_INFINITY
          return Number.isNaN(value) ? most : Math.max(most, Math.abs(value - level.values[i]!))
        }, 0)
        expect(worst).toBeLessThan(0.05)
        level = halved(level.values, level.width, level.height)
      }
      expect(Math.max(level.width, level.height)).toBeLessThanOrEqual(128)
    }
    const finite = stored.filter(Number.isFinite).map(Math.fround)
    expect(statistics.minimum).toBe(finite.reduce((a, b) => Math.min(a, b)))
    expect(statistics.maximum).toBe(finite.reduce((a, b) => Math.max(a, b)))
    expect(statistics.percentile1).toBeLessThanOrEqual(statistics.percentile99)
    await source.close()
  })

  test('has no tile outside its levels', async () => {
    const image = await opened
    await buildPyramid(image, path)
    const source = openFileByteSource(path)
    const pyramid = await openPyramid(image, source)
    for (const position of [
      { level: pyramid.levels, column: 0, row: 0 },
      { level: 0, column: Math.ceil(width / 256), row: 0 },
      { level: 0, column: 0, row: -1 },
      { level: 0, column: 0, row: 0, plane: planes },
    ]) {
      expect(await pyramid.readTile(position)).toBeUndefined()
    }
    await source.close()
  })
})

describe('openPyramid', () => {
  test('refuses the pyramid of another image', async () => {
    const small = await openImage(
      memoryByteSource(makeFits({ bitpix: 8, axes: [2, 2], stored: [1, 2, 3, 4] })),
    )
    const other = await openImage(
      memoryByteSource(makeFits({ bitpix: 8, axes: [4, 1], stored: [1, 2, 3, 4] })),
    )
    const path = join(folder, 'small')
    await buildPyramid(small, path)
    const source = openFileByteSource(path)
    await expect(openPyramid(other, source)).rejects.toThrow(PyramidMismatch)
    await source.close()
  })
})

describe('buildPyramid', () => {
  test('gives zeros for an image without a finite pixel', async () => {
    const file = makeFits({ bitpix: -32, axes: [2, 1], stored: [Number.NaN, Number.NaN] })
    const statistics = await buildPyramid(await openImage(memoryByteSource(file)), join(folder, 'blank'))
    expect(statistics).toMatchObject({ percentile1: 0, percentile99: 0, minimum: 0, maximum: 0 })
  })

  test('finds percentiles near those of the whole from its sample', async () => {
    const side = 1500
    const stored = Array.from({ length: side * side }, (_, i) => (i * 7919) % 10007)
    const image = await openImage(memoryByteSource(makeFits({ bitpix: 32, axes: [side, side], stored })))
    const statistics = await buildPyramid(image, join(folder, 'sample'))
    expect(statistics.percentile1 / 10007).toBeCloseTo(0.01, 2)
    expect(statistics.percentile99 / 10007).toBeCloseTo(0.99, 2)
  })

  test('stops when told to', async () => {
    const image = await openImage(memoryByteSource(makeFits({ bitpix: 8, axes: [2, 1], stored: [1, 2] })))
    const built = buildPyramid(image, join(folder, 'stopped'), { signal: AbortSignal.abort() })
    await expect(built).rejects.toMatchObject({ name: 'AbortError' })
  })
})
