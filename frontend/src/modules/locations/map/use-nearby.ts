import type { LookReason } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useQuery } from '@tanstack/react-query'
import { useLocationService } from '../use-location-service'
import { askedOnce, mapKeys } from './map-keys'
import type { MapPlace } from './near-reach'

export interface NearbyRequest {
  readonly place: MapPlace
  readonly timeMs: number
  readonly distanceM: number
  readonly withinS: number
}

/** A person and the fix that is nearest to the place. */
export interface NearbyView {
  readonly person: string
  readonly displayName: string
  readonly distanceM: number
  readonly timeMs: number
  readonly longitude: number
  readonly latitude: number
}

export interface Nearby {
  /** The nearest first. */
  readonly persons: readonly NearbyView[]
  readonly isCutOff: boolean
}

/** Who was near a place at a moment; a look at each of them. */
export function useNearby(organization: string, look: LookReason, request: NearbyRequest | undefined) {
  const locations = useLocationService()
  return useQuery({
    queryKey: mapKeys.nearby(organization, look, request),
    enabled: request !== undefined,
    ...askedOnce,
    queryFn: async ({ signal }): Promise<Nearby> => {
      if (request === undefined) return { persons: [], isCutOff: false }
      const { persons, truncated } = await locations({ signal }).FindNearby({
        parent: `organizations/${organization}`,
        look,
        position: request.place,
        time: new Date(request.timeMs),
        distanceM: request.distanceM,
        withinS: request.withinS,
      })
      const views = persons.flatMap(({ person, personDisplayName, distanceM, fix }): NearbyView[] =>
        fix?.recordTime === undefined
          ? []
          : [
              {
                person,
                displayName: personDisplayName,
                distanceM,
                timeMs: fix.recordTime.getTime(),
                longitude: fix.longitude,
                latitude: fix.latitude,
              },
            ],
      )
      return { persons: views.sort((one, other) => one.distanceM - other.distanceM), isCutOff: truncated }
    },
  })
}
