import type {
  ListNotificationsResponse,
  Notification,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { belongs } from './notification-change'
import type { NotificationFilter } from './notification-keys'

/** The first page of a list with what has just come on top, when the list is one that has it. */
export function withArrivalInList(
  page: ListNotificationsResponse,
  filter: NotificationFilter,
  arrived: Notification,
): ListNotificationsResponse {
  const [eventModule = ''] = arrived.eventType.split('.')
  const isListed =
    belongs(arrived, filter.state) &&
    (filter.modules.length === 0 || filter.modules.includes(eventModule)) &&
    (filter.organization === '' || filter.organization === arrived.organization) &&
    !page.notifications.some(({ sequence }) => sequence >= arrived.sequence)
  return isListed ? { ...page, notifications: [arrived, ...page.notifications] } : page
}
