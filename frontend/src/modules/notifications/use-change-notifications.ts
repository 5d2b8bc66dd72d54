import type {
  ListNotificationsResponse,
  Notification,
  NotificationChange,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { type QueryClient, type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { notifyFailure } from '../../ui/notify'
import type { InboxState } from './inbox-state'
import { changedNotification, isUnread, unreadDelta, withRestoredNotifications } from './notification-change'
import { notificationKeys } from './notification-keys'
import { keepInbox, showChanged, useNotificationsClient } from './notification-queries'

const mutationKey = ['notifications', 'change'] as const

export interface NotificationsChange {
  readonly notifications: readonly Notification[]
  readonly change: NotificationChange
}

/** Reads, unreads, archives or takes back: on the page at once, and taken back there when the server refuses. */
export function useChangeNotifications() {
  const client = useNotificationsClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationKey,
    mutationFn: ({ notifications, change }: NotificationsChange) =>
      client().UpdateNotifications({ names: notifications.map(({ name }) => name), change }),
    onMutate: ({ notifications, change }) => {
      const now = new Date()
      return showAhead(
        queryClient,
        notifications,
        notifications.map((notification) => changedNotification(notification, change, now)),
      )
    },
    onSuccess: ({ notifications, inbox }) => {
      showChanged(queryClient, notifications)
      keepInbox(queryClient, inbox)
    },
    onError: (error, { notifications, change }, takeBack) => {
      takeBack?.()
      notifyFailure(failureTitle(change, notifications.length), error)
    },
    onSettled: () => settle(queryClient),
  })
}

/** Marks everything up to a sequence as read; what came later stays unread. */
export function useMarkAllRead() {
  const client = useNotificationsClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationKey,
    mutationFn: (upToSequence: bigint) => client().MarkAllRead({ upToSequence }),
    onMutate: (upToSequence) => {
      const known = new Map<string, Notification>()
      for (const [, page] of lists(queryClient)) {
        for (const notification of page?.notifications ?? []) {
          if (isUnread(notification) && notification.sequence <= upToSequence) {
            known.set(notification.name, notification)
          }
        }
      }
      const now = new Date()
      const before = [...known.values()]
      return showAhead(
        queryClient,
        before,
        before.map((notification) => changedNotification(notification, 'NOTIFICATION_CHANGE_READ', now)),
      )
    },
    onSuccess: (inbox) => keepInbox(queryClient, inbox),
    onError: (error, _, takeBack) => {
      takeBack?.()
      notifyFailure('Nothing was marked as read', error)
    },
    onSettled: () => settle(queryClient),
  })
}

function lists(queryClient: QueryClient) {
  return queryClient.getQueriesData<ListNotificationsResponse>({ queryKey: notificationKeys.lists })
}

/** Shows a change before the server has made it; what it returns takes that back. */
async function showAhead(
  queryClient: QueryClient,
  before: readonly Notification[],
  after: readonly Notification[],
): Promise<() => void> {
  // A list on its way would bring the old state back.
  await queryClient.cancelQueries({ queryKey: notificationKeys.lists })
  const names = new Set(before.map(({ name }) => name))
  const originals: [QueryKey, Notification[]][] = lists(queryClient).map(([key, page]) => [
    key,
    (page?.notifications ?? []).filter(({ name }) => names.has(name)),
  ])
  const delta = unreadDelta(before, after)
  showChanged(queryClient, after)
  moveUnread(queryClient, delta)
  return () => {
    for (const [key, notifications] of originals) {
      if (notifications.length === 0) continue
      queryClient.setQueryData<ListNotificationsResponse>(
        key,
        (page) => page && withRestoredNotifications(page, notifications),
      )
    }
    moveUnread(queryClient, -delta)
  }
}

function moveUnread(queryClient: QueryClient, delta: number): void {
  queryClient.setQueryData<InboxState>(
    notificationKeys.inbox,
    (inbox) => inbox && { ...inbox, unreadCount: Math.max(0, inbox.unreadCount + delta) },
  )
}

/** Asks again, once the last of several changes is through: an answer between two would undo the second. */
async function settle(queryClient: QueryClient): Promise<void> {
  if (queryClient.isMutating({ mutationKey }) > 1) return
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: notificationKeys.lists }),
    queryClient.invalidateQueries({ queryKey: notificationKeys.inbox }),
  ])
}

function failureTitle(change: NotificationChange, count: number): string {
  const what = count === 1 ? 'The notification was' : `The ${count} notifications were`
  switch (change) {
    case 'NOTIFICATION_CHANGE_READ':
      return `${what} not marked as read`
    case 'NOTIFICATION_CHANGE_UNREAD':
      return `${what} not marked as unread`
    case 'NOTIFICATION_CHANGE_ARCHIVE':
      return `${what} not archived`
    default:
      return `${what} not moved to the inbox`
  }
}
