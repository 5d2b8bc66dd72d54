import {
  type ListNotificationsResponse,
  Notification,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { InboxState } from './inbox-state'
import { createLiveInbox } from './live-inbox'
import { type NotificationFilter, notificationKeys } from './notification-keys'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const everything: NotificationFilter = {
  state: 'NOTIFICATION_STATE_INBOX',
  modules: [],
  organization: '',
}

function notification(sequence: number, fields: Partial<Notification> = {}): Notification {
  const base = Notification.fromPartial({
    name: `users/me/notifications/${sequence}`,
    sequence: BigInt(sequence),
    eventType: 'jobs.completed',
    organization: 'organizations/lab',
    resource: 'organizations/lab/jobs/7',
  })
  return { ...base, ...fields }
}

function setUp(inbox: InboxState) {
  const queryClient = new QueryClient({ defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } } })
  queryClient.setQueryData(notificationKeys.inbox, inbox)
  const list = (filter: Partial<NotificationFilter>, pageToken = '') => {
    const key = notificationKeys.list({ ...everything, ...filter }, 25, pageToken)
    const page: ListNotificationsResponse = {
      notifications: [notification(1)],
      nextPageToken: '',
      inbox: undefined,
    }
    queryClient.setQueryData(key, page)
    return () =>
      queryClient
        .getQueryData<ListNotificationsResponse>(key)
        ?.notifications.map(({ sequence }) => Number(sequence))
  }
  /** A page that shows what is under the key; gives how often it asked. */
  const asked = (queryKey: readonly unknown[]) => {
    const queryFn = vi.fn(async () => 'answer')
    new QueryObserver(queryClient, {
      queryKey,
      queryFn,
      initialData: 'shown',
      staleTime: 60_000,
    }).subscribe(() => undefined)
    return () => queryFn.mock.calls.length
  }
  return {
    queryClient,
    list,
    asked,
    live: createLiveInbox(queryClient),
    inbox: () => queryClient.getQueryData<InboxState>(notificationKeys.inbox),
  }
}

test('what comes counts up and stands on top of the lists that have it', () => {
  const { live, inbox, list } = setUp({ lastSequence: 1, unreadCount: 1 })
  const all = list({})
  const unread = list({ state: 'NOTIFICATION_STATE_UNREAD' })
  const archived = list({ state: 'NOTIFICATION_STATE_ARCHIVED' })
  const identity = list({ modules: ['identity'] })
  const jobs = list({ modules: ['jobs'], organization: 'organizations/lab' })
  const elsewhere = list({ organization: 'organizations/elsewhere' })
  const second = list({}, 'second page')
  live.onNotification(notification(2))
  expect(inbox()).toEqual({ lastSequence: 2, unreadCount: 2 })
  expect([all(), unread(), archived(), identity(), jobs(), elsewhere(), second()]).toEqual([
    [2, 1],
    [2, 1],
    [1],
    [1],
    [2, 1],
    [1],
    [1],
  ])
  live.close()
})

test('what a list was loaded with does not stand there twice', () => {
  const { live, list } = setUp({ lastSequence: 0, unreadCount: 0 })
  const all = list({})
  live.onNotification(notification(1))
  expect(all()).toEqual([1])
  live.close()
})

test('pages about what it tells of ask again, once for a burst', async () => {
  const { live, asked } = setUp({ lastSequence: 1, unreadCount: 1 })
  const job = asked(['jobs', 'lab', 'job', '7'])
  const jobs = asked(['jobs', 'lab', 'list', 'filter'])
  const other = asked(['jobs', 'lab', 'job', '8'])
  for (let sequence = 2; sequence < 30; sequence++) live.onNotification(notification(sequence))
  await vi.advanceTimersByTimeAsync(1_000)
  expect([job(), jobs(), other()]).toEqual([1, 1, 0])
  live.close()
})

test('reading in another tab shows in this one', async () => {
  const { live, inbox, asked } = setUp({ lastSequence: 4, unreadCount: 3 })
  const list = asked(notificationKeys.list(everything, 8, ''))
  live.onInbox({ lastSequence: 4, unreadCount: 0 }, true)
  expect(inbox()).toEqual({ lastSequence: 4, unreadCount: 0 })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(list()).toBe(1)
  // As polling would tell of it.
  live.onInbox({ lastSequence: 4, unreadCount: 0 }, false)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(list()).toBe(1)
  live.onInbox({ lastSequence: 4, unreadCount: 1 }, false)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(list()).toBe(2)
  live.close()
})

test('a count that was overtaken is asked for, and a reset forgets it', async () => {
  const { live, inbox, asked } = setUp({ lastSequence: 4, unreadCount: 3 })
  const count = asked(notificationKeys.inbox)
  live.onInbox({ lastSequence: 3, unreadCount: 0 }, true)
  expect(inbox()).toEqual({ lastSequence: 4, unreadCount: 3 })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(count()).toBe(1)
  live.onReset(2)
  expect(inbox()).toEqual({ lastSequence: 2, unreadCount: 0 })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(count()).toBe(2)
  live.close()
})

test('nothing is asked for once it is closed', async () => {
  const { live, asked } = setUp({ lastSequence: 1, unreadCount: 1 })
  const job = asked(['jobs', 'lab', 'job', '7'])
  live.onNotification(notification(2))
  live.close()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(job()).toBe(0)
})
