import {
  type Inbox,
  type ListNotificationsResponse,
  type Notification,
  NotificationChange,
  type NotificationsService,
  NotificationsServiceClientImpl,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import {
  keepPreviousData,
  type QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Services, useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'
import { changedNotification, withChangedNotifications } from './changed-in-list'
import { type InboxState, withToldInbox } from './inbox-state'
import { type NotificationFilter, notificationKeys } from './notification-keys'

export type NotificationsClient = (call?: CallOptions) => NotificationsService

export function notificationsClient(api: Services['api']): NotificationsClient {
  return (call) => new NotificationsServiceClientImpl(api.rpc(call))
}

/** Its client comes with what needs it: the first page is shown without. */
export function useNotificationsClient(): NotificationsClient {
  const api = useApi()
  return useMemo(() => notificationsClient(api), [api])
}

/** Keeps what an answer says of the inbox. */
export function keepInbox(queryClient: QueryClient, inbox: Inbox | undefined): void {
  if (inbox === undefined) return
  const told = { lastSequence: Number(inbox.lastSequence), unreadCount: inbox.unreadCount }
  const next = withToldInbox(queryClient.getQueryData<InboxState>(notificationKeys.inbox), told)
  if (next === undefined) void queryClient.invalidateQueries({ queryKey: notificationKeys.inbox })
  else queryClient.setQueryData<InboxState>(notificationKeys.inbox, next)
}

/** Notifications, the latest first. */
export function useNotifications(filter: NotificationFilter, pageSize: number, pageToken = '') {
  const notifications = useNotificationsClient()
  const queryClient = useQueryClient()
  return useQuery({
    queryKey: notificationKeys.list(filter, pageSize, pageToken),
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<ListNotificationsResponse> => {
      const page = await notifications({ signal }).ListNotifications({
        state: filter.state,
        modules: [...filter.modules],
        organization: filter.organization,
        pageSize,
        pageToken,
      })
      keepInbox(queryClient, page.inbox)
      return page
    },
  })
}

/** Shows changed notifications in every list that has them, and takes them out of those they no longer belong into. */
export function showChanged(queryClient: QueryClient, changed: readonly Notification[]): void {
  const lists = queryClient.getQueriesData<ListNotificationsResponse>({ queryKey: notificationKeys.lists })
  for (const [key, page] of lists) {
    const filter = key[2] as NotificationFilter
    if (page !== undefined)
      queryClient.setQueryData(key, withChangedNotifications(page, changed, filter.state))
  }
}

export interface NotificationsUpdate {
  readonly notifications: readonly Notification[]
  readonly change: NotificationChange
}

/** Reads, unreads, archives or takes back; at once on the page, and taken back there when it fails. */
export function useUpdateNotifications() {
  const notifications = useNotificationsClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ notifications: chosen, change }: NotificationsUpdate) =>
      notifications().UpdateNotifications({ names: chosen.map(({ name }) => name), change }),
    onMutate: async ({ notifications: chosen, change }) => {
      // A list on its way would bring the old state back.
      await queryClient.cancelQueries({ queryKey: notificationKeys.lists })
      const now = new Date()
      const changed = chosen.map((notification) => changedNotification(notification, change, now))
      showChanged(queryClient, changed)
      const lessUnread = unreadAmong(chosen) - unreadAmong(changed)
      queryClient.setQueryData<InboxState>(notificationKeys.inbox, (known) =>
        known === undefined
          ? undefined
          : { ...known, unreadCount: Math.max(0, known.unreadCount - lessUnread) },
      )
    },
    onSuccess: ({ notifications: changed, inbox }) => {
      showChanged(queryClient, changed)
      keepInbox(queryClient, inbox)
    },
    onError: () => queryClient.invalidateQueries({ queryKey: notificationKeys.inbox }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: notificationKeys.lists }),
  })
}

function unreadAmong(notifications: readonly Notification[]): number {
  return notifications.filter(
    ({ readTime, archiveTime }) => readTime === undefined && archiveTime === undefined,
  ).length
}

/** Marks everything as read that has come so far; what comes meanwhile stays unread. */
export function useMarkAllRead() {
  const notifications = useNotificationsClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (upToSequence: number) => notifications().MarkAllRead({ upToSequence: BigInt(upToSequence) }),
    onMutate: async (upToSequence) => {
      await queryClient.cancelQueries({ queryKey: notificationKeys.lists })
      const now = new Date()
      const lists = queryClient.getQueriesData<ListNotificationsResponse>({
        queryKey: notificationKeys.lists,
      })
      const read = lists
        .flatMap(([, page]) => page?.notifications ?? [])
        .filter(({ sequence, readTime }) => readTime === undefined && sequence <= BigInt(upToSequence))
        .map((notification) =>
          changedNotification(notification, NotificationChange.NOTIFICATION_CHANGE_READ, now),
        )
      showChanged(queryClient, read)
    },
    onSuccess: (inbox) => keepInbox(queryClient, inbox),
    onSettled: () => queryClient.invalidateQueries({ queryKey: notificationKeys.lists }),
  })
}
