import { describe, expect, test } from 'vitest'
import { CellVisitors } from './cell-visitors.ts'
import { slicesOf } from './density-slices.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const dayMs = Date.UTC(2026, 10, 20)
const always = { startMs: 0, endMs: Date.UTC(2030, 0) }

describe('slices of a day', () => {
  test('are one where there is little, and as many as it takes where there is much', () => {
    expect(slicesOf(dayMs, 0, always)).toEqual([{ startMs: dayMs, endMs: dayMs + DAY_MS }])
    expect(slicesOf(dayMs, 4_000_000, always)).toHaveLength(1)
    expect(slicesOf(dayMs, 30_000_000, always)).toHaveLength(8)
    expect(slicesOf(dayMs, 1e12, always)).toHaveLength(288)
  })

  test.each([0, 9e6, 30e6, 77e6, 1e12])('of %d fixes follow each other and make the day', (fixes) => {
    const slices = slicesOf(dayMs, fixes, always)
    expect(slices[0]?.startMs).toBe(dayMs)
    expect(slices.at(-1)?.endMs).toBe(dayMs + DAY_MS)
    for (const [index, { startMs, endMs }] of slices.entries()) {
      expect(endMs).toBeGreaterThan(startMs)
      if (index > 0) expect(startMs).toBe(slices[index - 1]?.endMs)
    }
  })

  test('are cut to the window', () => {
    const window = { startMs: dayMs + 5 * HOUR_MS, endMs: dayMs + 7 * HOUR_MS }
    expect(slicesOf(dayMs, 0, window)).toEqual([window])
    const slices = slicesOf(dayMs, 96e6, window)
    expect(slices[0]?.startMs).toBe(window.startMs)
    expect(slices.at(-1)?.endMs).toBe(window.endMs)
    expect(slicesOf(dayMs + DAY_MS, 96e6, window)).toEqual([])
  })
})

test('visitors of cells are counted once, however many slices tell them', () => {
  const visitors = new CellVisitors()
  visitors.add('b', [1, 2])
  visitors.add('a', [1, 2])
  visitors.add('b', [2, 3])
  visitors.add('c', [9])
  expect(visitors.visits).toBe(6)
  const cells = visitors.fullest(2)
  expect(cells).toEqual([
    { cell: 'b', personCount: 3 },
    { cell: 'a', personCount: 2 },
  ])
  expect(visitors.everybodyIn(cells)).toBe(3)
})
