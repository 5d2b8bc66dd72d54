import { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { expect, test } from 'vitest'
import { splitArrivals } from './split-arrivals'

const of = (...sequences: number[]) =>
  sequences.map((sequence) => Notification.fromPartial({ sequence: BigInt(sequence) }))

test.each([
  [[5, 4, 3], 3, [3], 2],
  [[5, 4, 3], 5, [5, 4, 3], 0],
  // The one that was shown last may have left since.
  [[6, 3], 5, [3], 1],
  [[], 0, [], 0],
  [[1], 0, [], 1],
])('of %o, when %i was the latest shown, %o stay and %i wait', (sequences, shownUpTo, shown, arrivals) => {
  const split = splitArrivals(of(...sequences), BigInt(shownUpTo))
  expect(split.shown.map(({ sequence }) => Number(sequence))).toEqual(shown)
  expect(split.arrivals).toBe(arrivals)
})
