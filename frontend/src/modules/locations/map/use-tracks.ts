import type { LookReason, PathPoint } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { type UseQueryResult, useQueries } from '@tanstack/react-query'
import { useLocationService } from '../use-location-service'
import { askedOnce, mapKeys } from './map-keys'
import { createPool } from './pool'
import type { TimeWindow } from './time-window'
import { makeTrack, type Track } from './track'

/** Of one person; more would take the browser's memory rather than tell anything. */
const maximumFixes = 200_000
const pageSize = 20_000
/** A browser's connections are few, and other pages' calls want some, too. */
const pool = createPool(4)

export interface LoadedTrack {
  readonly track: Track
  /** Whether there were more fixes than are shown. */
  readonly isCutOff: boolean
}

/** The fixes of each person; a look at each. */
export function useTracks(
  organization: string,
  look: LookReason,
  persons: readonly string[],
  window: TimeWindow | undefined,
): UseQueryResult<LoadedTrack>[] {
  const locations = useLocationService()
  return useQueries({
    queries:
      window === undefined
        ? []
        : persons.map((person) => ({
            queryKey: mapKeys.track(organization, look, person, window),
            ...askedOnce,
            queryFn: ({ signal }: { signal: AbortSignal }) =>
              pool(async (): Promise<LoadedTrack> => {
                const points: PathPoint[] = []
                let pageToken = ''
                do {
                  const page = await locations({ signal }).GetPath({
                    name: person,
                    look,
                    startTime: new Date(window.startMs),
                    endTime: new Date(window.endMs),
                    pageSize,
                    pageToken,
                  })
                  for (const point of page.points) points.push(point)
                  pageToken = page.nextPageToken
                } while (pageToken !== '' && points.length < maximumFixes)
                return { track: makeTrack(person, points), isCutOff: pageToken !== '' }
              }),
          })),
  })
}
