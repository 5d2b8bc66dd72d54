import { useQuery } from '@tanstack/react-query'
import { notificationKeys } from './notification-keys'
import { useNotificationsClient } from './notification-queries'

/** Every kind of event that someone may be notified of; it changes with the installation's version alone. */
export function useEventTypes() {
  const client = useNotificationsClient()
  return useQuery({
    queryKey: notificationKeys.eventTypes,
    staleTime: 600_000,
    queryFn: async ({ signal }) => (await client({ signal }).ListEventTypes({})).eventTypes,
  })
}
