import type { LookReason } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { locationKeys } from '../location-keys'
import type { WholeRule } from './connection-rule'
import type { TimeWindow } from './time-window'
import type { NearbyRequest } from './use-nearby'

/** Query keys of what the map shows. */
export const mapKeys = {
  subjects: (organization: string, purpose: string, search: string) =>
    [...locationKeys.organization(organization), 'map', 'subjects', purpose, search] as const,
  track: (organization: string, look: LookReason, person: string, window: TimeWindow) =>
    [...locationKeys.organization(organization), 'map', 'track', look, person, window] as const,
  episodes: (organization: string, look: LookReason, person: string, window: TimeWindow, rule: WholeRule) =>
    [...locationKeys.organization(organization), 'map', 'episodes', look, person, window, rule] as const,
  density: (organization: string, look: LookReason, window: TimeWindow, resolution: number) =>
    [...locationKeys.organization(organization), 'map', 'density', look, window, resolution] as const,
  nearby: (organization: string, look: LookReason, request: NearbyRequest | undefined) =>
    [...locationKeys.organization(organization), 'map', 'nearby', look, request] as const,
  graph: (
    organization: string,
    look: LookReason,
    persons: readonly string[],
    window: TimeWindow,
    rule: WholeRule,
    degrees: number,
  ) =>
    [
      ...locationKeys.organization(organization),
      'map',
      'graph',
      look,
      persons,
      window,
      rule,
      degrees,
    ] as const,
}

/** Each look is written down for those looked at: none is repeated but by who looks. */
export const askedOnce = {
  meta: { askedOnce: true },
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  refetchOnMount: false,
  retry: false,
} as const
