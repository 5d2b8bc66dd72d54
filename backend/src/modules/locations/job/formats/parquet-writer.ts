import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import type { EpisodeRow, EpisodeWriter } from './episode-row.ts'

/** Rows in memory, which become a row group. */
const GROUP_ROWS = 25_000

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
const time = { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' } as const
const number = { type: 'DOUBLE' } as const
const count = { type: 'INT32' } as const

const columns = [
  { name: 'person', of: text, cell: (row: EpisodeRow) => row.person },
  { name: 'person_display_name', of: text, cell: (row: EpisodeRow) => row.personDisplayName },
  { name: 'other_person', of: text, cell: (row: EpisodeRow) => row.otherPerson },
  { name: 'other_person_display_name', of: text, cell: (row: EpisodeRow) => row.otherPersonDisplayName },
  { name: 'start_time', of: time, cell: (row: EpisodeRow) => row.startTime },
  { name: 'end_time', of: time, cell: (row: EpisodeRow) => row.endTime },
  { name: 'duration_s', of: number, cell: (row: EpisodeRow) => row.durationS },
  { name: 'closest_distance_m', of: number, cell: (row: EpisodeRow) => row.closestDistanceM },
  { name: 'closest_time', of: time, cell: (row: EpisodeRow) => row.closestTime },
  { name: 'closest_latitude', of: number, cell: (row: EpisodeRow) => row.closestLatitude },
  { name: 'closest_longitude', of: number, cell: (row: EpisodeRow) => row.closestLongitude },
  { name: 'fix_count', of: count, cell: (row: EpisodeRow) => row.fixCount },
  { name: 'other_fix_count', of: count, cell: (row: EpisodeRow) => row.otherFixCount },
] as const

/** Apache Parquet, compressed by Snappy. */
export function parquetWriter(path: string): EpisodeWriter {
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: [
      { name: 'connections', num_children: columns.length },
      ...columns.map(({ name, of }) => ({ name, ...of, repetition_type: 'REQUIRED' as const })),
    ],
    createdBy: 'Fairlead',
  })
  let rows: EpisodeRow[] = []
  const write = () => {
    void writer.write({
      columnData: columns.map(({ name, cell }) => ({
        name,
        data: rows.map((row): string | number | Date => cell(row)),
      })),
      rowGroupSize: GROUP_ROWS,
    })
    rows = []
  }
  return {
    add(row) {
      rows.push(row)
      if (rows.length >= GROUP_ROWS) write()
    },
    finish() {
      if (rows.length > 0) write()
      void writer.finish()
    },
  }
}
