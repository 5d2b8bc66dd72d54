import {
  type ListNotificationsResponse,
  Notification,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { expect, test } from 'vitest'
import { changedNotification, withChangedNotifications } from './changed-in-list'

const now = new Date('2026-11-21T10:00:00Z')
const before = new Date('2026-11-21T09:00:00Z')

function notification(sequence: number, fields: Partial<Notification> = {}): Notification {
  const base = Notification.fromPartial({
    name: `users/me/notifications/${sequence}`,
    sequence: BigInt(sequence),
    title: `Number ${sequence}`,
  })
  return { ...base, ...fields }
}

function page(...notifications: Notification[]): ListNotificationsResponse {
  return { notifications, nextPageToken: '', inbox: undefined }
}

test('archiving reads, reading again keeps the first time, and taking back keeps it read', () => {
  const archived = changedNotification(notification(1), 'NOTIFICATION_CHANGE_ARCHIVE', now)
  expect(archived).toMatchObject({ readTime: now, archiveTime: now })
  const read = notification(1, { readTime: before })
  expect(changedNotification(read, 'NOTIFICATION_CHANGE_READ', now).readTime).toBe(before)
  expect(changedNotification(archived, 'NOTIFICATION_CHANGE_UNARCHIVE', now)).toMatchObject({
    readTime: now,
    archiveTime: undefined,
  })
  expect(changedNotification(read, 'NOTIFICATION_CHANGE_UNREAD', now).readTime).toBeUndefined()
})

test.each([
  ['NOTIFICATION_STATE_INBOX', 'NOTIFICATION_CHANGE_READ', [2, 1]],
  ['NOTIFICATION_STATE_INBOX', 'NOTIFICATION_CHANGE_ARCHIVE', [2]],
  ['NOTIFICATION_STATE_UNREAD', 'NOTIFICATION_CHANGE_READ', [2]],
  ['NOTIFICATION_STATE_UNREAD', 'NOTIFICATION_CHANGE_UNREAD', [2, 1]],
] as const)('a list in %s after %s has what belongs into it', (state, change, shown) => {
  const first = notification(1)
  const changed = changedNotification(first, change, now)
  const after = withChangedNotifications(page(notification(2), first), [changed], state)
  expect(after.notifications.map(({ sequence }) => Number(sequence))).toEqual(shown)
})

test('the archive loses what is taken back from it', () => {
  const archived = notification(1, { readTime: before, archiveTime: before })
  const changed = changedNotification(archived, 'NOTIFICATION_CHANGE_UNARCHIVE', now)
  expect(
    withChangedNotifications(page(archived), [changed], 'NOTIFICATION_STATE_ARCHIVED').notifications,
  ).toEqual([])
})

test('a page without what changed is left as it is', () => {
  const shown = page(notification(1))
  expect(withChangedNotifications(shown, [notification(5)], 'NOTIFICATION_STATE_INBOX')).toBe(shown)
})
