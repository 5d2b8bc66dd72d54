import type { EpisodeRow, EpisodeWriter } from './episode-row.ts'
import { TextFile } from './text-file.ts'

const columns: readonly (readonly [name: string, cell: (row: EpisodeRow) => string | number])[] = [
  ['person', (row) => row.person],
  ['person_display_name', (row) => asText(row.personDisplayName)],
  ['other_person', (row) => row.otherPerson],
  ['other_person_display_name', (row) => asText(row.otherPersonDisplayName)],
  ['start_time', (row) => row.startTime.toISOString()],
  ['end_time', (row) => row.endTime.toISOString()],
  ['duration_s', (row) => row.durationS],
  ['closest_distance_m', (row) => row.closestDistanceM],
  ['closest_time', (row) => row.closestTime.toISOString()],
  ['closest_latitude', (row) => row.closestLatitude],
  ['closest_longitude', (row) => row.closestLongitude],
  ['fix_count', (row) => row.fixCount],
  ['other_fix_count', (row) => row.otherFixCount],
]

/** RFC 4180 with CRLF, UTF-8. */
export function csvWriter(path: string): EpisodeWriter {
  const file = new TextFile(path)
  const write = (cells: readonly (string | number)[]) => file.write(`${cells.map(quoted).join(',')}\r\n`)
  write(columns.map(([name]) => name))
  return {
    add: (row) => write(columns.map(([, cell]) => cell(row))),
    finish: () => file.close(),
  }
}

function quoted(cell: string | number): string {
  const text = String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Names that a spreadsheet would take for a formula get an apostrophe before them. (OWASP, CSV Injection) */
function asText(name: string): string {
  return /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(name) || /^[\t\r\n]/.test(name) ? `'${name}` : name
}
