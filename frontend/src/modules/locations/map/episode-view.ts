import type { Episode } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import type { TimelineEpisode } from './timeline-layout'

/** An episode as the pages use it: all its fields are there. */
export interface EpisodeView extends TimelineEpisode {
  readonly closestMs: number
  readonly closestM: number
  readonly longitude: number
  readonly latitude: number
  readonly fixCount: number
  readonly otherFixCount: number
}

/** In the order of time; incomplete ones, of which no server of ours tells, are left out. */
export function episodeViews(episodes: readonly Episode[]): EpisodeView[] {
  const views: EpisodeView[] = []
  for (const episode of episodes) {
    const { startTime, endTime, closestTime, closestPosition } = episode
    if (!startTime || !endTime || !closestTime || !closestPosition) continue
    views.push({
      person: episode.person,
      displayName: episode.personDisplayName,
      startMs: startTime.getTime(),
      endMs: endTime.getTime(),
      closestMs: closestTime.getTime(),
      closestM: episode.closestDistanceM,
      longitude: closestPosition.longitude,
      latitude: closestPosition.latitude,
      fixCount: episode.fixCount,
      otherFixCount: episode.otherFixCount,
    })
  }
  return views.sort((one, other) => one.startMs - other.startMs || one.endMs - other.endMs)
}

/** "0.4 m", "12 m", "1.2 km" */
export function formatDistance(metres: number): string {
  if (metres < 9.95) return `${metres.toFixed(1)} m`
  if (metres < 999.5) return `${Math.round(metres)} m`
  return `${(metres / 1000).toFixed(1)} km`
}
