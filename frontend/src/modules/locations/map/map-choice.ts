import type { Subject } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { defaultRule, type WholeRule } from './connection-rule'
import type { MapPlace } from './near-reach'
import { dayWindow, fieldFromTime } from './time-window'

export type MapView = 'tracks' | 'density' | 'graph' | 'nearby'

/** Who was near a place at a moment. */
export interface NearbyChoice {
  /** Degrees; undefined while the field is empty. */
  readonly latitude: number | undefined
  readonly longitude: number | undefined
  /** Of a field of type datetime-local, UTC. */
  readonly moment: string
  readonly distanceM: number
  /** Before and after the moment. */
  readonly withinS: number
}

/** Undefined while it is not wholly filled in. */
export function placeOf({ latitude, longitude }: NearbyChoice): MapPlace | undefined {
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude }
}

/** What is filled in beside the map; looked at only when it is sent. */
export interface MapChoice {
  readonly view: MapView
  readonly persons: readonly Subject[]
  /** Of fields of type datetime-local, UTC. */
  readonly start: string
  readonly end: string
  /** Whether the caller chose the window; else it follows the persons. */
  readonly isWindowChosen: boolean
  readonly rule: WholeRule
  /** Of H3. */
  readonly resolution: number
  /** Of the graph. */
  readonly degrees: number
  readonly nearby: NearbyChoice
}

export function firstChoice(nowMs: number): MapChoice {
  const today = dayWindow(nowMs)
  return {
    view: 'tracks',
    persons: [],
    start: fieldFromTime(today.startMs),
    end: fieldFromTime(today.endMs),
    isWindowChosen: false,
    rule: defaultRule,
    resolution: 8,
    degrees: 1,
    nearby: { latitude: undefined, longitude: undefined, moment: '', distanceM: 100, withinS: 60 },
  }
}
