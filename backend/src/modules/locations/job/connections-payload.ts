import type { ConnectionRule } from '../connections/connection-rule.ts'

export const EPISODE_FORMATS = ['csv', 'geojson', 'parquet'] as const

export type EpisodeFormat = (typeof EPISODE_FORMATS)[number]

/** What the plan gives one task: contacts that start in a part of the job's window, of a day at most. */
export interface ConnectionsPayload {
  readonly purposeId: string
  /** In the submitter's words. */
  readonly reason: string
  /** Of the job. Milliseconds since 1970, half open, as all of these. */
  readonly windowStartMs: number
  readonly windowEndMs: number
  /** Of the task. */
  readonly startMs: number
  readonly endMs: number
  readonly rule: ConnectionRule
  readonly formats: readonly EpisodeFormat[]
}

/** What a task's run tells of itself. */
export interface ConnectionsValue {
  readonly parts: number
  readonly fixes: number
}

/** In a task's input folder: see fix-records.ts. */
export const FIXES_FILE = 'fixes'
/** Left by a task: the numbers of the persons in its parts, as JSON. */
export const NUMBERS_FILE = 'numbers.json'

/** Left by a task, by its place among them: see part-files.ts. */
export function partsFile(place: number): string {
  return `parts-${String(place).padStart(4, '0')}`
}

/** In the collect's input folder: who may be shown. */
export const PERSONS_FILE = 'persons.json'

export interface ShownPerson {
  /** In fixes. */
  readonly no: number
  /** UUID. */
  readonly id: string
  readonly name: string
}
