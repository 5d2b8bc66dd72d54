import { describe, expect, test } from 'vitest'
import { levelFor, visibleTiles } from './tile-grid'
import { fitted, zoomed } from './viewport'

const shape = { widthPx: 1000, heightPx: 600, tileSizePx: 256, levels: 3 }

describe('the level', () => {
  test.each([
    [1, 1, 0],
    [4, 1, 0],
    [0.5, 1, 1],
    [0.5, 2, 0],
    [0.25, 1, 2],
    // The coarsest level there is.
    [0.01, 1, 2],
    // A little coarser than the screen is not seen.
    [0.55, 1, 1],
  ])('at scale %d and %d device pixels is %d', (scale, ratio, level) =>
    expect(levelFor(shape, scale, ratio)).toBe(level),
  )
})

describe('visible tiles', () => {
  const view = fitted(shape, { widthPx: 1000, heightPx: 600 })

  test('are all tiles of the image when all of it shows', () => {
    expect(visibleTiles(shape, view, 0)).toHaveLength(4 * 3)
    expect(visibleTiles(shape, view, 1)).toHaveLength(2 * 2)
    expect(visibleTiles(shape, view, 2)).toEqual([{ level: 2, column: 0, row: 0 }])
  })

  test('are those that the canvas shows, the nearest to its middle first', () => {
    const close = zoomed(view, shape, 16, { x: 0, y: 600 })
    expect(visibleTiles(shape, close, 0)).toEqual([{ level: 0, column: 0, row: 0 }])
    const [first] = visibleTiles(shape, view, 0)
    expect(first).toMatchObject({ row: 1 })
  })

  test('never lie outside the image', () => {
    const small = zoomed(view, shape, 0.4, { x: 500, y: 300 })
    for (const { column, row } of visibleTiles(shape, small, 0)) {
      expect(column).toBeGreaterThanOrEqual(0)
      expect(column).toBeLessThan(4)
      expect(row).toBeGreaterThanOrEqual(0)
      expect(row).toBeLessThan(3)
    }
  })
})
