import type { Member } from '@fairlead/proto/web/fairlead/identity/v1/identity'
import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../app/services'

export const membersKey = (organization: string) => ['members', organization] as const

/** Every member: organisations are small enough to be shown whole. */
export function useMembers(organization: string) {
  const api = useApi()
  return useQuery({
    queryKey: membersKey(organization),
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const all: Member[] = []
      let pageToken = ''
      do {
        const page = await api
          .identity({ signal })
          .ListMembers({ parent: `organizations/${organization}`, pageSize: 500, pageToken })
        all.push(...page.members)
        pageToken = page.nextPageToken
      } while (pageToken !== '')
      return all
    },
  })
}
