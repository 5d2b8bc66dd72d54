import type { NotificationState } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'

export interface NotificationFilter {
  readonly state: NotificationState
  /** Of events, such as "jobs"; all when empty. */
  readonly modules: readonly string[]
  /** "organizations/{slug}"; all when empty. */
  readonly organization: string
}

/** Query keys. They stand apart from the queries, so that the header knows them without the API's client. */
export const notificationKeys = {
  /** An InboxState: where the inbox stands. */
  inbox: ['notifications', 'inbox'] as const,
  /** The LiveState of the connection that tells of new ones. */
  live: ['notifications', 'live'] as const,
  /** Every list of notifications, the bell's among them: each entry is a ListNotificationsResponse. */
  lists: ['notifications', 'list'] as const,
  list: (filter: NotificationFilter, pageSize: number, pageToken: string) =>
    ['notifications', 'list', filter, pageSize, pageToken] as const,
  eventTypes: ['notifications', 'event-types'] as const,
  preferences: ['notifications', 'preferences'] as const,
  announcements: ['notifications', 'announcements'] as const,
}
