import { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { expect, test } from 'vitest'
import { groupByDay } from './group-by-day'

const notification = (createTime: string) => Notification.fromPartial({ createTime: new Date(createTime) })
const titles = (times: readonly string[], now: string, timeZone: string) =>
  groupByDay(times.map(notification), Date.parse(now), timeZone).map((day) => [
    day.title,
    day.notifications.length,
  ])

test('days are the reader’s, not Greenwich’s', () => {
  const times = ['2026-11-21T09:00:00Z', '2026-11-20T23:30:00Z', '2026-11-20T22:30:00Z']
  expect(titles(times, '2026-11-21T10:00:00Z', 'UTC')).toEqual([
    ['Today', 1],
    ['Yesterday', 2],
  ])
  expect(titles(times, '2026-11-21T10:00:00Z', 'Europe/Berlin')).toEqual([
    ['Today', 2],
    ['Yesterday', 1],
  ])
})

test('older days have their name, and their year when it is another', () => {
  expect(
    titles(['2026-01-01T12:00:00Z', '2025-12-29T12:00:00Z'], '2026-01-03T12:00:00Z', 'UTC').map(
      ([title]) => title,
    ),
  ).toEqual(['Thursday 1 January', 'Monday, 29 December 2025'])
})

test('yesterday is yesterday over a change of clocks, when the day has 25 hours', () => {
  expect(titles(['2026-10-25T00:30:00Z'], '2026-10-26T22:30:00Z', 'Europe/Berlin')).toEqual([
    ['Yesterday', 1],
  ])
})

test('no notifications make no days', () => expect(titles([], '2026-01-03T12:00:00Z', 'UTC')).toEqual([]))
