import type { DataSource } from 'typeorm'
import { sqlState } from '../../../database/index.ts'
import { dayOf, type FixPartition, isoDay, listPartitions, organizationsIn } from '../partitions/index.ts'
import { type Database, rows } from '../sql.ts'

export interface Expired {
  /** Partitions that were dropped. */
  readonly partitions: number
  /** Fixes that were deleted from others. */
  readonly fixes: number
}

/** Rows deleted by one statement: it holds up nobody for long. */
const DELETED_AT_ONCE = 20_000
/** Whoever reads or writes fixes waits behind the drop of a partition for that long at most; then it is tried later. */
const LOCK_TIMEOUT_MS = 1_000
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Takes away days that are past the retention of the organisations that have fixes in them. A partition that only such
 * have fixes in is dropped, which costs the same however many they are.
 *
 * @param signal ends it between two steps
 */
export async function expireFixes(
  dataSource: DataSource,
  nowMs: number,
  signal: AbortSignal,
): Promise<Expired> {
  let partitions = 0
  let fixes = 0
  for (const partition of await listPartitions(dataSource)) {
    if (signal.aborted || partition.day >= dayOf(nowMs) - 1) break
    const expired = await expiredIn(dataSource, partition, nowMs)
    if (expired.all) {
      if (await dropPartition(dataSource, partition, nowMs)) {
        partitions++
        continue
      }
    }
    for (const no of expired.organizationNos) {
      fixes += await deleteFixes(dataSource, partition, no, signal)
    }
  }
  return { partitions, fixes }
}

/** Organisations whose retention the whole day is past, of those with fixes in it. An empty day is past everything. */
async function expiredIn(
  database: Database,
  partition: FixPartition,
  nowMs: number,
): Promise<{ all: boolean; organizationNos: number[] }> {
  const present = await organizationsIn(database, partition)
  const kept = await rows<{ no: number }>(
    database,
    `select organization_no as no from location_policies
     where organization_no = any ($1) and (retention_days = 0
       or $2::date + 1 > ($3::timestamptz at time zone 'UTC') - retention_days * interval '1 day')`,
    [present, isoDay(partition.day), new Date(nowMs)],
  )
  const keepers = new Set(kept.map(({ no }) => no))
  return { all: keepers.size === 0, organizationNos: present.filter((no) => !keepers.has(no)) }
}

/** False when somebody uses the fixes for long, or when others' have come. */
async function dropPartition(
  dataSource: DataSource,
  partition: FixPartition,
  nowMs: number,
): Promise<boolean> {
  try {
    return await dataSource.transaction(async (manager) => {
      await manager.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
      await manager.query('lock table only fixes in access exclusive mode')
      await manager.query(`lock table ${partition.table} in access exclusive mode`)
      // Nobody writes now, and until the end.
      const { all } = await expiredIn(manager, partition, nowMs)
      if (!all) return false
      await manager.query(`drop table ${partition.table}`)
      await manager.query('delete from fix_thinnings where day = $1', [isoDay(partition.day)])
      return true
    })
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return false
    throw error
  }
}

async function deleteFixes(
  database: Database,
  { table }: FixPartition,
  organizationNo: number,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0
  while (!signal.aborted) {
    const [row] = await rows<{ count: number }>(
      database,
      `with deleted as (
         delete from ${table} where ctid = any (array(
           select ctid from ${table} where organization_no = $1 limit ${DELETED_AT_ONCE}))
         returning 1
       ) select count(*)::int as count from deleted`,
      [organizationNo],
    )
    const count = row?.count ?? 0
    deleted += count
    if (count < DELETED_AT_ONCE) break
  }
  return deleted
}
