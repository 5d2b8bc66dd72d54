import {
  type Inbox,
  type ListNotificationsResponse,
  type Notification,
  type NotificationsService,
  NotificationsServiceClientImpl,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { keepPreviousData, type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Services, useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'
import { type InboxState, withToldInbox } from './inbox-state'
import { withChangedNotifications } from './notification-change'
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

/** How often an answer that a notification overtook is asked for again; after that it is believed. */
const attempts = 3

/** Where the caller's inbox stands. */
export async function readInbox(
  client: NotificationsClient,
  queryClient: QueryClient,
  signal?: AbortSignal,
): Promise<InboxState> {
  for (let attempt = 1; ; attempt++) {
    const { lastSequence, unreadCount } = await client({ signal }).GetInbox({})
    const told = { lastSequence: Number(lastSequence), unreadCount }
    const next = withToldInbox(queryClient.getQueryData<InboxState>(notificationKeys.inbox), told)
    if (next !== undefined || attempt === attempts) return told
  }
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
