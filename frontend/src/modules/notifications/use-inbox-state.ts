import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { InboxState } from './inbox-state'
import { notificationKeys } from './notification-keys'
import { readInbox, useNotificationsClient } from './notification-queries'

/** Where the caller's inbox stands. What comes in and what is changed on the page is counted at once. */
export function useInboxState(): InboxState | undefined {
  const client = useNotificationsClient()
  const queryClient = useQueryClient()
  return useQuery({
    queryKey: notificationKeys.inbox,
    queryFn: ({ signal }) => readInbox(client, queryClient, signal),
  }).data
}
