import { type Database, rows } from '../sql.ts'

/** Where a page ended. */
export interface FixCursor {
  readonly recordTime: Date
  readonly deviceNo: number
}

interface PersonFix {
  /** UUID. */
  readonly device: string
  /** To the millisecond. */
  readonly recordTime: Date
  readonly latitude: number
  readonly longitude: number
  /** 0 for not known. */
  readonly accuracyM: number
  readonly cursor: FixCursor
}

interface FixRow {
  device_id: string
  device_no: number
  recorded_at: Date
  latitude: number
  longitude: number
  accuracy_m: number
}

/** The person's fixes by time: partitions are ordered by it, and no more of them are read than the page takes. */
export async function fixesOf(
  database: Database,
  personId: string,
  after: FixCursor | undefined,
  limit: number,
): Promise<PersonFix[]> {
  const found = await rows<FixRow>(
    database,
    `with own as (select id, device_no from devices where person_id = $1)
     select own.id as device_id, page.* from (
       select device_no, recorded_at, latitude, longitude, accuracy_m from fixes
       where device_no = any (array(select device_no from own))
         and recorded_at >= $2 and (recorded_at, device_no) > ($2, $3)
       order by recorded_at, device_no limit $4
     ) as page join own on own.device_no = page.device_no
     order by page.recorded_at, page.device_no`,
    [personId, after?.recordTime ?? '-infinity', after?.deviceNo ?? 0, limit],
  )
  return found.map((row) => ({
    device: row.device_id,
    recordTime: row.recorded_at,
    latitude: row.latitude,
    longitude: row.longitude,
    accuracyM: row.accuracy_m,
    cursor: { recordTime: row.recorded_at, deviceNo: row.device_no },
  }))
}
