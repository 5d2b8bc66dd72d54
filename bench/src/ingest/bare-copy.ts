import type { DataSource } from 'typeorm'
import { copyIn } from '../../../backend/src/database/index.ts'
import { COPY_COLUMNS, copyRows } from '../../../backend/src/modules/locations/fixes/copy-rows.ts'
import type { FixBatch } from '../../../backend/src/modules/locations/fixes/index.ts'
import { isoDay } from '../../../backend/src/modules/locations/partitions/index.ts'

const DAY_MS = 86_400_000

/** A table like that of the fixes, with the same indexes and partitions. */
export async function makeTwin(dataSource: DataSource, table: string, days: Iterable<number>): Promise<void> {
  await dataSource.query(
    `create table if not exists ${table} (like fixes including all) partition by range (recorded_at)`,
  )
  for (const day of days) {
    const [from, to] = [isoDay(day), isoDay(day + 1)]
    await dataSource.query(
      `create table if not exists ${table}_${from.replaceAll('-', '')} partition of ${table}
       for values from ('${from} 00:00:00+00') to ('${to} 00:00:00+00')`,
    )
  }
}

/** Days of UTC that fixes are of. */
export function daysOf(batches: readonly FixBatch[]): Set<number> {
  const days = new Set<number>()
  for (const { timesMs } of batches) for (const timeMs of timesMs) days.add(Math.floor(timeMs / DAY_MS))
  return days
}

/** The rows as COPY takes them, in the order in which they come. */
export function copyDataOf(batches: readonly FixBatch[]): Buffer {
  const length = batches.reduce((sum, batch) => sum + batch.length, 0)
  const batchAt = new Uint32Array(length)
  const rowAt = new Uint32Array(length)
  let at = 0
  for (const [index, batch] of batches.entries()) {
    for (let row = 0; row < batch.length; row++) {
      batchAt[at] = index
      rowAt[at++] = row
    }
  }
  return copyRows({ batches, batchAt, rowAt, length })
}

/** One COPY, in one transaction. */
export function bareCopy(dataSource: DataSource, table: string, data: Buffer): Promise<void> {
  return copyIn(dataSource, `copy ${table} (${COPY_COLUMNS}) from stdin with (format binary)`, data)
}
