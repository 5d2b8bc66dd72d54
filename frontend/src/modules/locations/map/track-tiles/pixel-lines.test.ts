import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leastStepPx, pixelLine } from './pixel-lines'

function line(places: readonly (readonly [x: number, y: number])[], starts: readonly number[] = [0]) {
  return {
    xs: Float64Array.from(places, ([x]) => x),
    ys: Float64Array.from(places, ([, y]) => y),
    starts: Uint32Array.from(starts),
  }
}

describe('pixelLine', () => {
  test('keeps a fix near each that there is, and none twice', () => {
    const place = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 4000 }),
        (places, worldPx) => {
          const { xs, ys } = pixelLine(line(places), worldPx)
          for (const [x, y] of places) {
            const distances = [...xs].map((kept, index) =>
              Math.max(Math.abs(kept - x * worldPx), Math.abs((ys[index] ?? 0) - y * worldPx)),
            )
            expect(Math.min(...distances)).toBeLessThan(leastStepPx)
          }
          for (let index = 1; index < xs.length; index++) {
            const step = Math.max(
              Math.abs((xs[index] ?? 0) - (xs[index - 1] ?? 0)),
              Math.abs((ys[index] ?? 0) - (ys[index - 1] ?? 0)),
            )
            expect(step).toBeGreaterThanOrEqual(leastStepPx)
          }
        },
      ),
    )
  })

  test('leaves one point of somebody who stays', () => {
    const stays = Array.from({ length: 1000 }, (_, index) => [0.5 + (index % 7) * 1e-6, 0.5] as const)
    expect(pixelLine(line(stays), 1000).xs).toHaveLength(1)
  })

  test('joins pieces end to end, and knows where the dashes of each begin', () => {
    const places = Array.from({ length: 200 }, (_, index) => [index / 1000, 0] as const)
    const { pieces, xs } = pixelLine(line(places), 10_000)
    expect(xs).toHaveLength(200)
    expect(pieces.map(({ from, to }) => [from, to])).toEqual([
      [0, 64],
      [64, 128],
      [128, 192],
      [192, 199],
    ])
    for (const { from, beginPx } of pieces) expect(beginPx).toBeCloseTo(from * 10, 6)
  })

  test('joins nothing across a gap, and keeps a fix alone', () => {
    const { pieces } = pixelLine(
      line(
        [
          [0, 0],
          [0.1, 0],
          [0.5, 0],
          [0.8, 0],
          [0.9, 0],
        ],
        [0, 2, 3],
      ),
      1000,
    )
    expect(pieces.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [2, 2],
      [3, 4],
    ])
  })
})
