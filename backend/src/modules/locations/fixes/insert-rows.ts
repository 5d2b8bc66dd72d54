import type { EntityManager } from 'typeorm'
import { rows } from '../sql.ts'
import type { FixRows } from './copy-rows.ts'
import type { FixBatch } from './fix-batch.ts'
import { fixCell } from './fix-cell.ts'

/** Writes those of the rows that are not there, and resolves with how many of each batch it wrote. */
export async function insertRows(manager: EntityManager, given: FixRows): Promise<number[]> {
  const { batches, batchAt, rowAt, length } = given
  const column = (value: (batch: FixBatch, row: number, batchNo: number) => string | number) => {
    const values: (string | number)[] = new Array(length)
    for (let index = 0; index < length; index++) {
      const batchNo = batchAt[index] as number
      values[index] = value(batches[batchNo] as FixBatch, rowAt[index] as number, batchNo)
    }
    return `{${values.join(',')}}`
  }
  const written = await rows<{ batch: number; count: number }>(
    manager,
    `with given as (
       select * from unnest($1::int[], $2::int[], $3::bigint[], $4::int[], $5::int[], $6::bigint[],
         $7::double precision[], $8::double precision[], $9::real[])
       with ordinality as given
         (batch, organization_no, cell, person_no, device_no, time_ms, latitude, longitude, accuracy_m, place)
     ), made as (
       insert into fixes
         (organization_no, bucket, cell, person_no, device_no, recorded_at, latitude, longitude, accuracy_m)
       select organization_no, (time_ms / 300000)::int, cell, person_no, device_no,
         'epoch'::timestamptz + time_ms * interval '1 millisecond', latitude, longitude, accuracy_m
       from given order by place
       on conflict (device_no, recorded_at) do nothing
       returning device_no, recorded_at
     )
     select given.batch, count(*)::int as count
     from made join given on given.device_no = made.device_no
       and 'epoch'::timestamptz + given.time_ms * interval '1 millisecond' = made.recorded_at
     group by given.batch`,
    [
      column((_batch, _row, batchNo) => batchNo),
      column((batch) => batch.organizationNo),
      column((batch, row) => fixCell(batch.latitudes[row] as number, batch.longitudes[row] as number)),
      column((batch, row) => batch.personNos[row] as number),
      column((batch, row) => batch.deviceNos[row] as number),
      column((batch, row) => batch.timesMs[row] as number),
      column((batch, row) => batch.latitudes[row] as number),
      column((batch, row) => batch.longitudes[row] as number),
      column((batch, row) => batch.accuraciesM[row] as number),
    ],
  )
  const counts = batches.map(() => 0)
  for (const { batch, count } of written) counts[batch] = count
  return counts
}
