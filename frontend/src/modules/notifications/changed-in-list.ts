import {
  type ListNotificationsResponse,
  type Notification,
  NotificationChange,
  NotificationState,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'

/** What the server will make of it: archiving also reads. */
export function changedNotification(
  notification: Notification,
  change: NotificationChange,
  now: Date,
): Notification {
  const { readTime, archiveTime } = notification
  switch (change) {
    case NotificationChange.NOTIFICATION_CHANGE_READ:
      return { ...notification, readTime: readTime ?? now }
    case NotificationChange.NOTIFICATION_CHANGE_UNREAD:
      return { ...notification, readTime: undefined }
    case NotificationChange.NOTIFICATION_CHANGE_ARCHIVE:
      return { ...notification, readTime: readTime ?? now, archiveTime: archiveTime ?? now }
    case NotificationChange.NOTIFICATION_CHANGE_UNARCHIVE:
      return { ...notification, archiveTime: undefined }
    default:
      return notification
  }
}

/** Whether a list of this state has it. */
function belongs({ readTime, archiveTime }: Notification, state: NotificationState): boolean {
  if (state === NotificationState.NOTIFICATION_STATE_ARCHIVED) return archiveTime !== undefined
  if (state === NotificationState.NOTIFICATION_STATE_UNREAD) {
    return readTime === undefined && archiveTime === undefined
  }
  return archiveTime === undefined
}

/** The page with what changed on it, and without what a list of this state no longer has. */
export function withChangedNotifications(
  page: ListNotificationsResponse,
  changed: readonly Notification[],
  state: NotificationState,
): ListNotificationsResponse {
  const byName = new Map(changed.map((notification) => [notification.name, notification]))
  if (!page.notifications.some(({ name }) => byName.has(name))) return page
  const notifications = page.notifications
    .map((notification) => byName.get(notification.name) ?? notification)
    .filter((notification) => !byName.has(notification.name) || belongs(notification, state))
  return { ...page, notifications }
}
