import type { EpisodeRow, EpisodeWriter } from './episode-row.ts'
import { TextFile } from './text-file.ts'

/** RFC 7946: a feature for each episode, at the closest place; one a line. */
export function geojsonWriter(path: string): EpisodeWriter {
  const file = new TextFile(path)
  file.write('{"type":"FeatureCollection","features":[')
  let separator = '\n'
  return {
    add(row) {
      file.write(separator + JSON.stringify(feature(row)))
      separator = ',\n'
    },
    finish() {
      file.write('\n]}\n')
      file.close()
    },
  }
}

function feature(row: EpisodeRow) {
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [row.closestLongitude, row.closestLatitude] },
    properties: {
      person: row.person,
      person_display_name: row.personDisplayName,
      other_person: row.otherPerson,
      other_person_display_name: row.otherPersonDisplayName,
      start_time: row.startTime.toISOString(),
      end_time: row.endTime.toISOString(),
      duration_s: row.durationS,
      closest_distance_m: row.closestDistanceM,
      closest_time: row.closestTime.toISOString(),
      fix_count: row.fixCount,
      other_fix_count: row.otherFixCount,
    },
  }
}
