import type { LookReason, Subject } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useMemo, useRef } from 'react'
import type { TimeWindow } from './time-window'
import type { Track } from './track'
import type { PlacedTrack } from './tracks-data'
import { type LoadedTrack, useTracks } from './use-tracks'

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

interface Arrived {
  readonly data: LoadedTrack | undefined
  readonly error: unknown
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
  const arrived = useUnchanged(
    results.map(({ data, error }): Arrived => ({ data, error: error ?? undefined })),
    (one, other) => one.data === other.data && one.error === other.error,
  )
  const persons = useMemo(
    () =>
      arrived.length === 0
        ? []
        : subjects.map(({ person, displayName }, place): PersonOnMap => {
            const { data, error } = arrived[place] ?? {}
            return {
              person,
              displayName,
              place,
              track: data?.track,
              isCutOff: data?.isCutOff ?? false,
              error,
            }
          }),
    [subjects, arrived],
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

/** The same array for as long as the same is in it. */
function useUnchanged<Item>(
  items: readonly Item[],
  isSame: (one: Item, other: Item) => boolean,
): readonly Item[] {
  const kept = useRef(items)
  const isUnchanged =
    kept.current.length === items.length &&
    kept.current.every((before, index) => {
      const item = items[index]
      return item !== undefined && isSame(before, item)
    })
  if (!isUnchanged) kept.current = items
  return kept.current
}
