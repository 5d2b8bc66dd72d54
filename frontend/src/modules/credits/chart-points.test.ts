import { expect, test } from 'vitest'
import { axisLabel, changesOf, chartPoints, timeLabel } from './chart-points'

const at = (hour: number, available: bigint, held = 0n) => ({
  time: new Date(Date.UTC(2026, 0, 1, hour)),
  available,
  held,
})

test('points are drawn in whole credits', () => {
  expect(chartPoints([at(0, 12_345n, 5n), { time: undefined, available: 1n, held: 1n }], 2)).toEqual([
    { time: Date.UTC(2026, 0, 1), available: 123.45, held: 0.05 },
  ])
})

test('a table has the first, the last and every change between', () => {
  const points = [at(0, 1n), at(1, 1n), at(2, 3n), at(3, 3n), at(4, 3n, 1n), at(5, 3n, 1n)]
  expect(changesOf(points)).toEqual([points[0], points[2], points[4], points[5]])
  expect(changesOf([])).toEqual([])
})

test('a day is labelled by hours, a longer time by days', () => {
  const time = Date.UTC(2026, 10, 21, 9, 30)
  expect(timeLabel(time, 86_400_000)).toBe('09:30')
  expect(timeLabel(time, 7 * 86_400_000)).toBe('11-21')
})

test('an axis is labelled briefly', () => {
  expect(axisLabel(1_234_567)).toBe('1.23M')
  expect(axisLabel(0)).toBe('0')
})
