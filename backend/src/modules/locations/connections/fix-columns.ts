import type { TrackFix } from './track-fix.ts'

/** A row of `fixColumns`: null where there is no fix. */
export type FixColumns = Readonly<Record<(typeof COLUMNS)[number], Buffer | null>>

const COLUMNS = ['person_no', 'device_no', 'recorded_at', 'latitude', 'longitude', 'accuracy_m'] as const

/** Aggregates all fixes into one row, for trackFixes(): a tenth of what a row for each costs. */
export function fixColumns(fix: string): string {
  return COLUMNS.map((column) => `array_send(array_agg(${fix}.${column})) as ${column}`).join(', ')
}

/** Bytes before the elements of an array of one dimension in PostgreSQL's binary format: dimensions, nulls, type, length, lower bound. */
const HEADER_BYTES = 20
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1)
const TWO_TO_32 = 2 ** 32

/** The fixes of a row of `fixColumns`. */
export function trackFixes(columns: FixColumns | undefined): TrackFix[] {
  const persons = columns?.person_no
  const devices = columns?.device_no
  const times = columns?.recorded_at
  const latitudes = columns?.latitude
  const longitudes = columns?.longitude
  const accuracies = columns?.accuracy_m
  if (!persons || !devices || !times || !latitudes || !longitudes || !accuracies) return []
  const length = persons.readInt32BE(12)
  return Array.from({ length }, (_, index) => {
    // Each element follows its length.
    const narrow = HEADER_BYTES + 8 * index + 4
    const wide = HEADER_BYTES + 12 * index + 4
    const microseconds = times.readInt32BE(wide) * TWO_TO_32 + times.readUInt32BE(wide + 4)
    return {
      personNo: persons.readInt32BE(narrow),
      deviceNo: devices.readInt32BE(narrow),
      timeMs: Math.round(microseconds / 1000) + POSTGRES_EPOCH_MS,
      latitude: latitudes.readDoubleBE(wide),
      longitude: longitudes.readDoubleBE(wide),
      accuracyM: accuracies.readFloatBE(narrow),
    }
  })
}
