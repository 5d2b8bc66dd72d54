import type { LookReason } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useQuery } from '@tanstack/react-query'
import { useLocationService } from '../use-location-service'
import type { WholeRule } from './connection-rule'
import { askedOnce, mapKeys } from './map-keys'
import type { TimeWindow } from './time-window'

export interface GraphRequest {
  readonly persons: readonly string[]
  readonly window: TimeWindow
  readonly rule: WholeRule
  readonly degrees: number
}

/** Who met whom around the persons; a look at each of them. */
export function useGraph(organization: string, look: LookReason, request: GraphRequest | undefined) {
  const locations = useLocationService()
  const { persons, window, rule, degrees } = request ?? {
    persons: [],
    window: { startMs: 0, endMs: 0 },
    rule: undefined,
    degrees: 0,
  }
  return useQuery({
    queryKey: rule === undefined ? [] : mapKeys.graph(organization, look, persons, window, rule, degrees),
    enabled: rule !== undefined,
    ...askedOnce,
    queryFn: ({ signal }) =>
      locations({ signal, timeoutMs: 120_000 }).GetConnectionGraph({
        parent: `organizations/${organization}`,
        look,
        persons: [...persons],
        startTime: new Date(window.startMs),
        endTime: new Date(window.endMs),
        rule,
        degrees,
        maxPersons: 200,
      }),
  })
}
