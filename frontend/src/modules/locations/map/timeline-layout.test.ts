import { expect, test } from 'vitest'
import { timeTicks } from './time-ticks'
import { timelineLanes } from './timeline-layout'

const episode = (person: string, startMs: number, endMs: number) => ({
  person,
  displayName: `Name of ${person}`,
  startMs,
  endMs,
})

test('there is a lane for each person, longest together first, with its bars in the order of time', () => {
  const lanes = timelineLanes(
    [episode('b', 80, 90), episode('a', 10, 20), episode('b', 0, 30), episode('c', 40, 50)],
    0,
    100,
  )
  expect(lanes.map(({ person, totalMs }) => [person, totalMs])).toEqual([
    ['b', 40],
    ['a', 10],
    ['c', 10],
  ])
  expect(lanes[0]?.bars.map(({ left, width }) => [left, Math.round(width * 100) / 100])).toEqual([
    [0, 0.3],
    [0.8, 0.1],
  ])
})

test('a bar is cut off at the window’s ends', () => {
  const [lane] = timelineLanes([episode('a', -50, 150)], 0, 100)
  expect(lane?.bars).toMatchObject([{ left: 0, width: 1 }])
})

const day = Date.UTC(2026, 10, 21)
const hour = 3_600_000

test.each([
  [
    'a day',
    day,
    day + 24 * hour,
    ['11-21', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00', '11-22'],
  ],
  ['ten minutes', day + hour, day + hour + 600_000, ['01:00', '01:05', '01:10']],
  [
    'half a minute',
    day,
    day + 30_000,
    ['11-21', '00:00:05', '00:00:10', '00:00:15', '00:00:20', '00:00:25', '00:00:30'],
  ],
  ['ten years', day, day + 3652 * 24 * hour, undefined],
])('ticks of %s are round times', (_, start, end, labels) => {
  const ticks = timeTicks(start, end, 8)
  expect(ticks.length).toBeLessThanOrEqual(9)
  expect(ticks.every(({ timeMs }) => timeMs >= start && timeMs <= end)).toBe(true)
  if (labels !== undefined) expect(ticks.map(({ label }) => label)).toEqual(labels)
})
