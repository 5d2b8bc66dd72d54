import type {
  Episode as EpisodeMessage,
  PathPoint,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { Episode, TrackFix } from '../connections/index.ts'
import { personName } from '../consent/index.ts'
import type { ShownPerson } from './shown-persons.ts'

export function episodeMessage(slug: string, person: ShownPerson, episode: Episode): EpisodeMessage {
  return {
    person: personName(slug, person.id),
    personDisplayName: person.displayName,
    startTime: new Date(episode.startMs),
    endTime: new Date(episode.endMs),
    durationS: Math.round((episode.endMs - episode.startMs) / 1000),
    closestDistanceM: episode.closestDistanceM,
    closestTime: new Date(episode.closestTimeMs),
    closestPosition: episode.closestPosition,
    fixCount: episode.fixCount,
    otherFixCount: episode.otherFixCount,
  }
}

export function pathPoint({ timeMs, latitude, longitude, accuracyM }: TrackFix): PathPoint {
  return { recordTime: new Date(timeMs), latitude, longitude, accuracyM }
}
