import type { Subject } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useLocationService } from '../use-location-service'
import { mapKeys } from './map-keys'

/** As many are offered at once; the others are found by their names. */
const offered = 100

export interface Subjects {
  readonly subjects: readonly Subject[]
  readonly hasMore: boolean
}

/** Persons that may be looked at for the purpose, whose names have the text in them. Is not a look. */
export function useSubjects(organization: string, purpose: string, search: string) {
  const locations = useLocationService()
  return useQuery({
    queryKey: mapKeys.subjects(organization, purpose, search),
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Subjects> => {
      const { subjects, nextPageToken } = await locations({ signal }).ListSubjects({
        parent: `organizations/${organization}`,
        purpose,
        pageSize: offered,
        pageToken: '',
        search,
      })
      return { subjects, hasMore: nextPageToken !== '' }
    },
  })
}
