import { useQuery } from '@tanstack/react-query'
import type { InboxState } from './inbox-state'
import { notificationKeys } from './notification-keys'
import { useNotificationsClient } from './notification-queries'

/** Where the caller's inbox stands. What comes in and what is changed on the page is counted at once. */
export function useInboxState(): InboxState | undefined {
  const client = useNotificationsClient()
  return useQuery({
    queryKey: notificationKeys.inbox,
    queryFn: async ({ signal }): Promise<InboxState> => {
      const { lastSequence, unreadCount } = await client({ signal }).GetInbox({})
      return { lastSequence: Number(lastSequence), unreadCount }
    },
  }).data
}
