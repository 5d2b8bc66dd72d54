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

export function tracksData(tracks: readonly PlacedTrack[]): FeatureCollection<MultiLineString> {
  return lines(tracks, (track) => trackLines(track))
}

/** The last minutes of each track. */
export function trailsData(
  tracks: readonly PlacedTrack[],
  timeMs: number,
): FeatureCollection<MultiLineString> {
  return lines(tracks, (track) => trackLines(track, timeMs - trailMs, timeMs))
}

function lines(
  tracks: readonly PlacedTrack[],
  linesOf: (track: Track) => MultiLineString['coordinates'],
): FeatureCollection<MultiLineString> {
  return {
    type: 'FeatureCollection',
    features: tracks.map(({ track, place }) => {
      const { colorIndex, dash } = personStyle(place)
      return {
        type: 'Feature',
        properties: { person: track.person, color: colorIndex, dash },
        geometry: { type: 'MultiLineString', coordinates: linesOf(track) },
      }
    }),
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
