import type { TrackFix } from '../connections/track-fix.ts'

/** The file of fixes that a task reads: records in the order of time, as PostgreSQL's send functions make them. */
export const FIX_RECORD_BYTES = 36

/** A record, in SQL, of a row of fixes. */
export const fixRecordSql = `int8send((extract(epoch from fixes.recorded_at) * 1000)::bigint)
  || float8send(fixes.latitude) || float8send(fixes.longitude)
  || float4send(fixes.accuracy_m) || int4send(fixes.person_no) || int4send(fixes.device_no)`

export function fixOfRecord(bytes: Buffer, offset: number): TrackFix {
  return {
    timeMs: Number(bytes.readBigInt64BE(offset)),
    latitude: bytes.readDoubleBE(offset + 8),
    longitude: bytes.readDoubleBE(offset + 16),
    accuracyM: bytes.readFloatBE(offset + 24),
    personNo: bytes.readInt32BE(offset + 28),
    deviceNo: bytes.readInt32BE(offset + 32),
  }
}
