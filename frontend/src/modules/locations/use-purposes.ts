import type { LocationPurpose } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { useQuery } from '@tanstack/react-query'
import { locationKeys } from './location-keys'
import { usePersonService } from './use-person-service'

/** What an organisation looks at locations for, by display name; there are few. */
export function usePurposes(organization: string) {
  const persons = usePersonService()
  return useQuery({
    queryKey: locationKeys.purposes(organization),
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<LocationPurpose[]> => {
      const { locationPurposes } = await persons({ signal }).ListLocationPurposes({
        parent: `organizations/${organization}`,
      })
      return locationPurposes
    },
  })
}
