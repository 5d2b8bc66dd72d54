import type {
  ListNotificationsResponse,
  Notification,
  NotificationChange,
  NotificationState,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'

export function isUnread({ readTime, archiveTime }: Notification): boolean {
  return readTime === undefined && archiveTime === undefined
}

/** Whether a list of this state holds the notification. */
export function belongs(notification: Notification, state: NotificationState): boolean {
  if (state === 'NOTIFICATION_STATE_UNREAD') return isUnread(notification)
  return (notification.archiveTime !== undefined) === (state === 'NOTIFICATION_STATE_ARCHIVED')
}

/** The notification as the server will have it after the change. */
export function changedNotification(
  notification: Notification,
  change: NotificationChange,
  now: Date,
): Notification {
  switch (change) {
    case 'NOTIFICATION_CHANGE_READ':
      return { ...notification, readTime: notification.readTime ?? now }
    case 'NOTIFICATION_CHANGE_UNREAD':
      return { ...notification, readTime: undefined }
    case 'NOTIFICATION_CHANGE_ARCHIVE':
      return {
        ...notification,
        readTime: notification.readTime ?? now,
        archiveTime: notification.archiveTime ?? now,
      }
    case 'NOTIFICATION_CHANGE_UNARCHIVE':
      return { ...notification, archiveTime: undefined }
    default:
      return notification
  }
}

/** The page with these in the place of what they were, and without those that no longer belong into it. */
export function withChangedNotifications(
  page: ListNotificationsResponse,
  changed: readonly Notification[],
  state: NotificationState,
): ListNotificationsResponse {
  const byName = new Map(changed.map((notification) => [notification.name, notification]))
  if (!page.notifications.some(({ name }) => byName.has(name))) return page
  return {
    ...page,
    notifications: page.notifications
      .map((notification) => byName.get(notification.name) ?? notification)
      .filter((notification) => belongs(notification, state)),
  }
}

/** The page with these as they were: what changed in its place, and what had left. */
export function withRestoredNotifications(
  page: ListNotificationsResponse,
  originals: readonly Notification[],
): ListNotificationsResponse {
  const names = new Set(originals.map(({ name }) => name))
  return {
    ...page,
    notifications: [...page.notifications.filter(({ name }) => !names.has(name)), ...originals].sort(
      (one, other) => (one.sequence < other.sequence ? 1 : -1),
    ),
  }
}

/** By how many the change moves the count of unread ones. */
export function unreadDelta(before: readonly Notification[], after: readonly Notification[]): number {
  return after.filter(isUnread).length - before.filter(isUnread).length
}
