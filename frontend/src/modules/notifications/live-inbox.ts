import type {
  ListNotificationsResponse,
  Notification,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { InboxPosition, LiveListener } from '../../app/live/live-client'
import { type LiveClock, systemClock, type Timer } from '../../app/live/live-clock'
import { type InboxState, withArrival, withToldInbox } from './inbox-state'
import { isUnread } from './notification-change'
import { type NotificationFilter, notificationKeys } from './notification-keys'
import { staleKeys } from './stale-keys'
import { withArrivalInList } from './with-arrival-in-list'

/** Queries are asked again this long after the first reason to, milliseconds: a burst makes one call of each. */
const settleMs = 300

export interface LiveInbox extends Pick<LiveListener, 'onState' | 'onNotification' | 'onInbox' | 'onReset'> {
  close(): void
}

/** Keeps the query cache, and with it every open page, at what is told live. */
export function createLiveInbox(queryClient: QueryClient, clock: LiveClock = systemClock): LiveInbox {
  // Nothing asks for it again.
  queryClient.setQueryDefaults(notificationKeys.live, { gcTime: Number.POSITIVE_INFINITY })
  const stale = new Map<string, QueryKey>()
  let timer: Timer | undefined

  function askAgain(...keys: QueryKey[]): void {
    for (const key of keys) stale.set(JSON.stringify(key), key)
    if (stale.size === 0) return
    timer ??= clock.setTimeout(() => {
      timer = undefined
      const settled = [...stale.values()]
      stale.clear()
      for (const queryKey of settled) void queryClient.invalidateQueries({ queryKey })
    }, settleMs)
  }

  function onNotification(notification: Notification): void {
    queryClient.setQueryData<InboxState>(notificationKeys.inbox, (known) =>
      withArrival(known, Number(notification.sequence), isUnread(notification)),
    )
    const lists = queryClient.getQueriesData<ListNotificationsResponse>({ queryKey: notificationKeys.lists })
    for (const [key, page] of lists) {
      // ['notifications', 'list', filter, page size, page token]
      const [, , filter, , pageToken] = key
      if (page === undefined || pageToken !== '') continue
      queryClient.setQueryData(key, withArrivalInList(page, filter as NotificationFilter, notification))
    }
    askAgain(...staleKeys(notification))
  }

  function onInbox(inbox: InboxPosition, changed: boolean): void {
    const known = queryClient.getQueryData<InboxState>(notificationKeys.inbox)
    const next = withToldInbox(known, inbox)
    if (next === undefined) askAgain(notificationKeys.inbox)
    else queryClient.setQueryData<InboxState>(notificationKeys.inbox, next)
    if (changed || (known !== undefined && known.unreadCount !== inbox.unreadCount)) {
      askAgain(notificationKeys.lists)
    }
  }

  return {
    onState: (state) => void queryClient.setQueryData(notificationKeys.live, state),
    onNotification,
    onInbox,
    onReset(lastSequence) {
      queryClient.setQueryData<InboxState>(notificationKeys.inbox, { lastSequence, unreadCount: 0 })
      askAgain(notificationKeys.inbox, notificationKeys.lists)
    },
    close: () => clock.clearTimeout(timer),
  }
}
