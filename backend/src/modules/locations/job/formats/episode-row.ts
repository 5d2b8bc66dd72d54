import type { ShownPerson } from '../connections-payload.ts'
import type { PairEpisode } from '../merge-parts.ts'

/** An episode as every format shows it. */
export interface EpisodeRow {
  /** UUID. */
  readonly person: string
  readonly personDisplayName: string
  readonly otherPerson: string
  readonly otherPersonDisplayName: string
  readonly startTime: Date
  readonly endTime: Date
  readonly durationS: number
  /** To the millimetre. */
  readonly closestDistanceM: number
  readonly closestTime: Date
  /** Degrees, WGS 84, to a centimetre. */
  readonly closestLatitude: number
  readonly closestLongitude: number
  readonly fixCount: number
  readonly otherFixCount: number
}

/** Writes the rows that it is given into a file, a few at a time. */
export interface EpisodeWriter {
  add(row: EpisodeRow): void
  finish(): void
}

export function episodeRow(episode: PairEpisode, person: ShownPerson, other: ShownPerson): EpisodeRow {
  return {
    person: person.id,
    personDisplayName: person.name,
    otherPerson: other.id,
    otherPersonDisplayName: other.name,
    startTime: new Date(episode.startMs),
    endTime: new Date(episode.endMs),
    durationS: (episode.endMs - episode.startMs) / 1000,
    closestDistanceM: rounded(episode.closestDistanceM, 1e3),
    closestTime: new Date(episode.closestTimeMs),
    closestLatitude: rounded(episode.closestPosition.latitude, 1e7),
    closestLongitude: rounded(episode.closestPosition.longitude, 1e7),
    fixCount: episode.fixCount,
    otherFixCount: episode.otherFixCount,
  }
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}
