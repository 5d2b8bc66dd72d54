import {
  ListNotificationsResponse,
  Notification,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { expect, test } from 'vitest'
import {
  belongs,
  changedNotification,
  isUnread,
  unreadDelta,
  withChangedNotifications,
  withRestoredNotifications,
} from './notification-change'

const then = new Date('2026-11-20T10:00:00Z')
const now = new Date('2026-11-21T10:00:00Z')

const notification = (sequence: number, rest: Partial<Notification> = {}): Notification => ({
  ...Notification.fromPartial({ name: `users/me/notifications/${sequence}`, sequence: BigInt(sequence) }),
  ...rest,
})
const unread = notification(3)
const read = notification(2, { readTime: then })
const archived = notification(1, { readTime: then, archiveTime: then })
const page = (...notifications: Notification[]) => ({
  ...ListNotificationsResponse.fromPartial({ nextPageToken: 'more' }),
  notifications,
})
const sequences = ({ notifications }: ListNotificationsResponse) =>
  notifications.map(({ sequence }) => Number(sequence))
const markRead = (one: Notification) => changedNotification(one, 'NOTIFICATION_CHANGE_READ', now)
const archive = (one: Notification) => changedNotification(one, 'NOTIFICATION_CHANGE_ARCHIVE', now)

const states = [
  'NOTIFICATION_STATE_INBOX',
  'NOTIFICATION_STATE_UNREAD',
  'NOTIFICATION_STATE_ARCHIVED',
] as const

test.each([
  ['unread', unread, [states[0], states[1]]],
  ['read', read, [states[0]]],
  ['archived', archived, [states[2]]],
] as const)('one that is %s stands in its lists', (_, one, lists) => {
  expect(states.filter((state) => belongs(one, state))).toEqual(lists)
})

test.each([
  ['NOTIFICATION_CHANGE_READ', unread, now, undefined],
  ['NOTIFICATION_CHANGE_READ', read, then, undefined],
  ['NOTIFICATION_CHANGE_UNREAD', read, undefined, undefined],
  ['NOTIFICATION_CHANGE_ARCHIVE', unread, now, now],
  ['NOTIFICATION_CHANGE_ARCHIVE', archived, then, then],
  ['NOTIFICATION_CHANGE_UNARCHIVE', archived, then, undefined],
] as const)('%s sets the times that the server sets', (change, before, readTime, archiveTime) => {
  expect(changedNotification(before, change, now)).toEqual({ ...before, readTime, archiveTime })
})

test('archived ones leave the inbox, read ones leave the unread, and the rest stays', () => {
  const [inbox, unreadOnes] = states
  expect(sequences(withChangedNotifications(page(unread, read), [archive(read)], inbox))).toEqual([3])
  expect(
    sequences(withChangedNotifications(page(notification(4), unread), [markRead(unread)], unreadOnes)),
  ).toEqual([4])
  expect(sequences(withChangedNotifications(page(unread, read), [markRead(unread)], inbox))).toEqual([3, 2])
})

test('a page without what changed stays the same', () => {
  const before = page(read)
  expect(withChangedNotifications(before, [markRead(unread)], states[0])).toBe(before)
})

test('a change that failed is undone in place, among what came meanwhile', () => {
  const after = withChangedNotifications(
    page(unread, read, notification(0)),
    [archive(read), archive(unread)],
    states[0],
  )
  const meanwhile = { ...after, notifications: [notification(5), ...after.notifications] }
  const restored = withRestoredNotifications(meanwhile, [read, unread])
  expect(sequences(restored)).toEqual([5, 3, 2, 0])
  expect(restored.notifications[1]).toBe(unread)
  expect(restored.nextPageToken).toBe('more')
})

test('archiving an unread one takes it off the count, a read one does not', () => {
  expect(unreadDelta([unread, read], [archive(unread), archive(read)])).toBe(-1)
  expect(unreadDelta([read], [changedNotification(read, 'NOTIFICATION_CHANGE_UNREAD', now)])).toBe(1)
  expect(isUnread(changedNotification(archived, 'NOTIFICATION_CHANGE_UNREAD', now))).toBe(false)
})
