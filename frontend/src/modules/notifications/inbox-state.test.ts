import { expect, test } from 'vitest'
import { withArrival, withToldInbox } from './inbox-state'

test('what comes after the last count counts as one more, unless it was read elsewhere already', () => {
  const known = { lastSequence: 7, unreadCount: 2 }
  expect(withArrival(known, 8, true)).toEqual({ lastSequence: 8, unreadCount: 3 })
  expect(withArrival(known, 8, false)).toEqual({ lastSequence: 8, unreadCount: 2 })
  expect(withArrival(undefined, 1, true)).toEqual({ lastSequence: 1, unreadCount: 1 })
})

test('a replayed notification that the count had in it does not count again', () => {
  expect(withArrival({ lastSequence: 7, unreadCount: 2 }, 6, true)).toEqual({
    lastSequence: 7,
    unreadCount: 2,
  })
})

test('an answer that a notification overtook is asked for again', () => {
  const known = { lastSequence: 7, unreadCount: 2 }
  expect(withToldInbox(known, { lastSequence: 6, unreadCount: 0 })).toBeUndefined()
  expect(withToldInbox(known, { lastSequence: 7, unreadCount: 0 })).toEqual({
    lastSequence: 7,
    unreadCount: 0,
  })
  expect(withToldInbox(undefined, known)).toEqual(known)
})
