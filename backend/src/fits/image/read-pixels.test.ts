import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openImage } from '../hdu.ts'
import type { ByteSource } from '../source/byte-source.ts'
import { memoryByteSource } from '../source/memory-byte-source.ts'
import { makeFits } from '../testing/make-fits.ts'
import type { Bitpix } from './image-layout.ts'
import { readPixels, readPixelsFloat32 } from './read-pixels.ts'

const stored: Readonly<Record<Bitpix, readonly (number | bigint)[]>> = {
  8: [0, 1, 127, 128, 254, 255],
  16: [-32768, -1, 0, 1, 300, 32767],
  32: [-2147483648, -1, 0, 1, 70000, 2147483647],
  64: [-(2n ** 63n), -1n, 0n, 1n, 2n ** 40n, 2n ** 53n],
  [-32]: [-1.5, 0, Number.NaN, 3.25, Number.POSITIVE_INFINITY, 2 ** 100],
  [-64]: [-1.5, 0, Number.NaN, 0.1, Number.NEGATIVE_INFINITY, 1e300],
}

const all = { xMin: 1, xMax: 3, yMin: 1, yMax: 2 }

describe('readPixels', () => {
  test.each([8, 16, 32, 64, -32, -64] as const)('reads BITPIX %i as it is stored', async (bitpix) => {
    const image = await openImage(
      memoryByteSource(makeFits({ bitpix, axes: [3, 2], stored: stored[bitpix] })),
    )
    expect([...(await readPixels(image, all))]).toEqual(stored[bitpix].map(Number))
    expect([...(await readPixelsFloat32(image, all))]).toEqual(
      stored[bitpix].map((value) => Math.fround(Number(value))),
    )
  })

  test('scales by BSCALE and BZERO and gives NaN for BLANK', async () => {
    const file = makeFits({
      bitpix: 16,
      axes: [3, 2],
      stored: [0, 10, -32768, 5, 6, 7],
      keywords: [
        ['BSCALE', 0.5],
        ['BZERO', 100],
        ['BLANK', -32768],
      ],
    })
    const image = await openImage(memoryByteSource(file))
    expect([...(await readPixels(image, all))]).toEqual([100, 105, Number.NaN, 102.5, 103, 103.5])
  })

  test('keeps the digits of unsigned 64-bit integers near their middle', async () => {
    const file = makeFits({
      bitpix: 64,
      axes: [2, 1],
      stored: [-(2n ** 63n) + 12345n, -(2n ** 63n)],
      keywords: [
        ['BZERO', 2n ** 63n],
        ['BLANK', -(2n ** 63n)],
      ],
    })
    const image = await openImage(memoryByteSource(file))
    expect([...(await readPixels(image, { xMin: 1, xMax: 2, yMin: 1, yMax: 1 }))]).toEqual([
      12345,
      Number.NaN,
    ])
  })

  test('reads unsigned 16-bit integers', async () => {
    const file = makeFits({ bitpix: 16, axes: [2, 1], stored: [-32768, 32767], keywords: [['BZERO', 32768]] })
    const image = await openImage(memoryByteSource(file))
    expect([...(await readPixels(image, { xMin: 1, xMax: 2, yMin: 1, yMax: 1 }))]).toEqual([0, 65535])
  })

  test('reads any box of any plane', async () => {
    const width = 9
    const height = 7
    const planes = 3
    const values = Array.from({ length: width * height * planes }, (_, i) => i)
    const image = await openImage(
      memoryByteSource(makeFits({ bitpix: 16, axes: [width, height, planes], stored: values })),
    )
    const arbitrary = fc.record({
      x: fc.tuple(fc.integer({ min: 1, max: width }), fc.integer({ min: 1, max: width })),
      y: fc.tuple(fc.integer({ min: 1, max: height }), fc.integer({ min: 1, max: height })),
      plane: fc.nat(planes - 1),
    })
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ x, y, plane }) => {
        const box = { xMin: Math.min(...x), xMax: Math.max(...x), yMin: Math.min(...y), yMax: Math.max(...y) }
        const expected: number[] = []
        for (let row = box.yMin; row <= box.yMax; row++) {
          for (let column = box.xMin; column <= box.xMax; column++) {
            expected.push((plane * height + row - 1) * width + column - 1)
          }
        }
        expect([...(await readPixels(image, box, { plane }))]).toEqual(expected)
      }),
    )
  })

  test.each([
    { xMin: 0, xMax: 2, yMin: 1, yMax: 2 },
    { xMin: 1, xMax: 4, yMin: 1, yMax: 2 },
    { xMin: 2, xMax: 1, yMin: 1, yMax: 2 },
    { xMin: 1, xMax: 2, yMin: 1, yMax: 1.5 },
  ])('refuses the box %j', async (box) => {
    const image = await openImage(
      memoryByteSource(makeFits({ bitpix: 16, axes: [3, 2], stored: [1, 2, 3, 4, 5, 6] })),
    )
    await expect(readPixels(image, box)).rejects.toMatchObject({ reason: 'BAD_PIXEL_BOX' })
    await expect(readPixels(image, all, { plane: 1 })).rejects.toMatchObject({ reason: 'BAD_PIXEL_BOX' })
  })

  test('asks the source for the bytes of the box alone', async () => {
    const width = 1000
    const memory = memoryByteSource(
      makeFits({ bitpix: 16, axes: [width, 50], stored: new Array(width * 50).fill(3) }),
    )
    const image = await openImage(memory)
    let read = 0
    const counting: ByteSource = {
      ...memory,
      read: (offset, length, signal) => {
        read += length
        return memory.read(offset, length, signal)
      },
    }
    await readPixels({ ...image, source: counting }, { xMin: 400, xMax: 499, yMin: 11, yMax: 30 })
    expect(read).toBe(100 * 20 * 2)
  })

  test('fetches rows that lie close together as one where the source asks for that', async () => {
    const memory = memoryByteSource(
      makeFits({ bitpix: 8, axes: [100, 20], stored: Array.from({ length: 2000 }, (_, i) => i % 251) }),
    )
    const image = await openImage(memory)
    let reads = 0
    const remote: ByteSource = {
      ...memory,
      mergeGapBytes: 64,
      read: (offset, length, signal) => {
        reads++
        return memory.read(offset, length, signal)
      },
    }
    const box = { xMin: 21, xMax: 70, yMin: 2, yMax: 19 }
    const merged = await readPixels({ ...image, source: remote }, box)
    expect(merged).toEqual(await readPixels(image, box))
    expect(reads).toBe(1)
  })

  test('stops when it is told to', async () => {
    const image = await openImage(
      memoryByteSource(makeFits({ bitpix: 8, axes: [3, 2], stored: [1, 2, 3, 4, 5, 6] })),
    )
    await expect(readPixels(image, all, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})
