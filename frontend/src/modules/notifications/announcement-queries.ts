import type { Organization } from '@fairlead/proto/web/fairlead/identity/v1/identity'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useApi } from '../../app/services'
import { type AnnouncementDraft, toRequest } from './announcement-draft'
import { useAnnouncementsClient } from './announcements-client'
import { notificationKeys } from './notification-keys'

const listKey = [...notificationKeys.announcements, 'list'] as const

/** How often who has read them is asked for again, milliseconds. */
const refreshMs = 10_000

const pageSize = 25

/** What was announced and what is scheduled, latest first. */
export function useAnnouncements(pageToken: string) {
  const client = useAnnouncementsClient()
  return useQuery({
    queryKey: [...listKey, pageToken],
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    queryFn: ({ signal }) => client({ signal }).ListAnnouncements({ pageSize, pageToken }),
  })
}

/** How many an audience is. */
export function useRecipientCount(organizations: readonly string[], enabled: boolean) {
  const client = useAnnouncementsClient()
  return useQuery({
    queryKey: [...notificationKeys.announcements, 'recipients', organizations],
    enabled,
    queryFn: async ({ signal }) =>
      (await client({ signal }).CountRecipients({ organizations: [...organizations] })).recipientCount,
  })
}

/** Every organisation of the installation. */
export function useEveryOrganization() {
  const api = useApi()
  return useQuery({
    queryKey: ['organizations'],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const all: Organization[] = []
      let pageToken = ''
      do {
        const page = await api.identity({ signal }).ListOrganizations({ pageSize: 500, pageToken })
        all.push(...page.organizations)
        pageToken = page.nextPageToken
      } while (pageToken !== '')
      return all.sort((one, other) => one.displayName.localeCompare(other.displayName))
    },
  })
}

export function useAnnounce() {
  const client = useAnnouncementsClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ draft, requestId }: { draft: AnnouncementDraft; requestId: string }) =>
      client().CreateAnnouncement(toRequest(draft, requestId)),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: listKey }),
  })
}

/** Takes back one that is scheduled. */
export function useCancelAnnouncement() {
  const client = useAnnouncementsClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => client().CancelAnnouncement({ name }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: listKey }),
  })
}
