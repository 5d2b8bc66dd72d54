import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { locationKeys } from './location-keys'
import { useOwnLocationService } from './use-own-location-service'
import { usePersonService } from './use-person-service'

/** @param person UUID of the one looked at; empty for all */
export function useLooks(organization: string, person: string, pageSize: number, pageToken = '') {
  const persons = usePersonService()
  return useQuery({
    queryKey: [...locationKeys.looks(organization), person, pageSize, pageToken],
    placeholderData: keepPreviousData,
    // What was asked a moment ago is to be seen.
    staleTime: 0,
    queryFn: ({ signal }) =>
      persons({ signal }).ListLocationLooks({
        parent: `organizations/${organization}`,
        person: person === '' ? '' : `organizations/${organization}/persons/${person}`,
        pageSize,
        pageToken,
      }),
  })
}

export function useOwnLooks(pageSize: number, pageToken = '') {
  const own = useOwnLocationService()
  return useQuery({
    queryKey: [...locationKeys.ownLooks, pageSize, pageToken],
    placeholderData: keepPreviousData,
    staleTime: 0,
    queryFn: ({ signal }) => own({ signal }).ListOwnLooks({ pageSize, pageToken }),
  })
}
