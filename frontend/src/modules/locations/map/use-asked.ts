import { useMemo } from 'react'
import { type MapChoice, placeOf } from './map-choice'
import { type TimeWindow, timeFromField } from './time-window'
import type { NearbyRequest } from './use-nearby'

/** The same object for as long as the same is asked for. */
export function useNearbyRequest(asked: MapChoice | undefined): NearbyRequest | undefined {
  return useMemo(() => {
    if (asked === undefined) return undefined
    const place = placeOf(asked.nearby)
    if (place === undefined) return undefined
    const { moment, distanceM, withinS } = asked.nearby
    return { place, timeMs: timeFromField(moment), distanceM, withinS }
  }, [asked])
}

/** The same object for as long as the same is asked for. */
export function useAskedWindow(asked: MapChoice | undefined): TimeWindow | undefined {
  const { start, end } = asked ?? {}
  return useMemo(
    () =>
      start === undefined || end === undefined
        ? undefined
        : { startMs: timeFromField(start), endMs: timeFromField(end) },
    [start, end],
  )
}
