import type { FeatureCollection, MultiLineString, Point } from 'geojson'
import type { EpisodeView } from './episode-view'
import { personStyle } from './person-style'
import type { Track } from './track'
import { trackLines } from './track-lines'

/** A track and the person's place among those on the map, which its colour follows. */
export interface PlacedTrack {
  readonly track: Track
  readonly place: number
}

/** So much of a track before the moment shown stands out. Milliseconds. */
const trailMs = 20 * 60_000

/** The last minutes of each track. */
export function trailsData(
  tracks: readonly PlacedTrack[],
  timeMs: number,
): FeatureCollection<MultiLineString> {
  return {
    type: 'FeatureCollection',
    features: tracks.map(({ track, place }) => ({
      type: 'Feature',
      properties: { color: personStyle(place).colorIndex },
      geometry: { type: 'MultiLineString', coordinates: trackLines(track, timeMs - trailMs, timeMs) },
    })),
  }
}

export function episodesData(
  episodes: readonly EpisodeView[],
  selected: number | undefined,
): FeatureCollection<Point> {
  const points = episodes.map(({ longitude, latitude }, index) => ({
    type: 'Feature' as const,
    properties: { index, selected: index === selected },
    geometry: { type: 'Point' as const, coordinates: [longitude, latitude] },
  }))
  // The selected one lies on top.
  return {
    type: 'FeatureCollection',
    features: points.sort(
      (one, other) => Number(one.properties.selected) - Number(other.properties.selected),
    ),
  }
}
