import type { LookReason, Subject } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useMemo } from 'react'
import type { TimeWindow } from './time-window'
import type { Track } from './track'
import type { PlacedTrack } from './tracks-data'
import { useTracks } from './use-tracks'

export interface PersonOnMap {
  readonly person: string
  readonly displayName: string
  /** Among those on the map, from 0: colour and dash follow it. */
  readonly place: number
  /** Undefined until it is loaded. */
  readonly track: Track | undefined
  readonly isCutOff: boolean
  readonly error: unknown
}

interface PersonsOnMap {
  readonly persons: readonly PersonOnMap[]
  readonly tracks: readonly (PlacedTrack & { readonly displayName: string })[]
  readonly isLoading: boolean
}

/** The persons with their tracks, as far as these have come. */
export function usePersonsOnMap(
  organization: string,
  look: LookReason,
  subjects: readonly Subject[],
  window: TimeWindow | undefined,
): PersonsOnMap {
  const names = useMemo(() => subjects.map(({ person }) => person), [subjects])
  const results = useTracks(organization, look, names, window)
  const arrived = results.map(({ data, errorUpdatedAt }) => [data, errorUpdatedAt])
  // The results are new for each render; what arrived is not.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  const persons = useMemo(
    () =>
      results.length === 0
        ? []
        : subjects.map(({ person, displayName }, place): PersonOnMap => {
            const result = results[place]
            return {
              person,
              displayName,
              place,
              track: result?.data?.track,
              isCutOff: result?.data?.isCutOff ?? false,
              error: result?.error ?? undefined,
            }
          }),
    [subjects, ...arrived.flat()],
  )
  const tracks = useMemo(
    () =>
      persons.flatMap(({ displayName, place, track }) =>
        track === undefined ? [] : [{ displayName, place, track }],
      ),
    [persons],
  )
  return { persons, tracks, isLoading: results.some(({ isFetching }) => isFetching) }
}
