import type { DataSource } from 'typeorm'
import { dayOf, type FixPartition, isoDay, listPartitions } from '../partitions/index.ts'
import { type Database, rows } from '../sql.ts'
import { type ThinningRule, thinTrack } from './thin-track.ts'

/** Of one device that are looked at together: a stay that is longer is two. Bounds memory and what one step takes. */
const PIECE = 5_000
const DEVICES_AT_ONCE = 200

interface ThinningPolicy {
  readonly organizationNo: number
  readonly thinAfterDays: number
  readonly rule: ThinningRule
  /** By which it is seen whether a day was thinned by this rule. */
  readonly key: string
}

interface StoredFix {
  readonly time: Date
  readonly timeMs: number
  readonly latitude: number
  readonly longitude: number
}

/**
 * Thins days that are as old as the policies of organisations say, once by each rule, and once more when fixes of the
 * day have come since.
 *
 * @returns how many fixes were taken away
 * @param signal ends it between two steps
 */
export async function thinFixes(dataSource: DataSource, nowMs: number, signal: AbortSignal): Promise<number> {
  const policies = await readPolicies(dataSource)
  if (policies.length === 0) return 0
  let gone = 0
  for (const partition of await listPartitions(dataSource)) {
    for (const policy of policies) {
      if (signal.aborted) return gone
      if (partition.day >= dayOf(nowMs) - policy.thinAfterDays) continue
      gone += await thinDay(dataSource, partition, policy, signal)
    }
  }
  return gone
}

async function readPolicies(database: Database): Promise<ThinningPolicy[]> {
  const found = await rows<{ no: number; after: number; rule: [number, number, number, number] }>(
    database,
    `select organization_no as no, thin_after_days as after,
       array[thin_interval_s, stay_radius_m, stay_minimum_s, stay_interval_s] as rule
     from location_policies
     where thin_after_days > 0 and (thin_interval_s > 0 or (stay_radius_m > 0 and stay_interval_s > 0))`,
    [],
  )
  return found.map(({ no, after, rule }) => ({
    organizationNo: no,
    thinAfterDays: after,
    rule: {
      intervalMs: rule[0] * 1000,
      stayRadiusM: rule[1],
      stayMinimumMs: rule[2] * 1000,
      stayIntervalMs: rule[3] * 1000,
    },
    key: rule.join(),
  }))
}

async function thinDay(
  dataSource: DataSource,
  partition: FixPartition,
  { organizationNo, rule, key }: ThinningPolicy,
  signal: AbortSignal,
): Promise<number> {
  // Before the fixes are read: what is written from now on has the day thinned again.
  const written = await rowsWritten(dataSource, partition)
  const [done] = await rows<{ done: boolean }>(
    dataSource,
    `select true as done from fix_thinnings
     where day = $1 and organization_no = $2 and rule = $3 and rows_written = $4`,
    [isoDay(partition.day), organizationNo, key, written],
  )
  if (done !== undefined) return 0
  let gone = 0
  let after = 0
  for (;;) {
    const devices = await devicesAfter(dataSource, partition, organizationNo, after)
    for (const deviceNo of devices) {
      if (signal.aborted) return gone
      gone += await thinDevice(dataSource, partition, deviceNo, rule)
    }
    const last = devices.at(-1)
    if (last === undefined) break
    after = last
  }
  await dataSource.query(
    `insert into fix_thinnings (organization_no, day, rule, rows_written) values ($1, $2, $3, $4)
     on conflict (day, organization_no) do update
     set rule = excluded.rule, rows_written = excluded.rows_written`,
    [organizationNo, isoDay(partition.day), key, written],
  )
  return gone
}

/** Rows that were ever written to it, as PostgreSQL's statistics count them. */
async function rowsWritten(database: Database, { table }: FixPartition): Promise<string> {
  const [row] = await rows<{ written: string }>(
    database,
    `select pg_stat_get_tuples_inserted($1::regclass) as written`,
    [table],
  )
  return row?.written ?? '0'
}

async function devicesAfter(
  database: Database,
  { table }: FixPartition,
  organizationNo: number,
  after: number,
): Promise<number[]> {
  const found = await rows<{ no: number }>(
    database,
    `select device_no as no from devices
     join location_policies using (organization_id)
     where organization_no = $1 and device_no > $2
       and exists (select from ${table} fixes where fixes.device_no = devices.device_no)
     order by device_no limit ${DEVICES_AT_ONCE}`,
    [organizationNo, after],
  )
  return found.map(({ no }) => no)
}

async function thinDevice(
  database: Database,
  { table, day }: FixPartition,
  deviceNo: number,
  rule: ThinningRule,
): Promise<number> {
  let keptMs = await lastBefore(database, deviceNo, day, rule.intervalMs)
  let after: Date | undefined
  let count = 0
  for (;;) {
    const piece = await readPiece(database, table, deviceNo, after)
    const thinned = thinTrack(piece, rule, keptMs)
    keptMs = thinned.keptMs
    count += thinned.gone.length
    if (thinned.gone.length > 0) {
      await database.query(
        `delete from ${table} where device_no = $1 and recorded_at = any ($2::timestamptz[])`,
        [deviceNo, thinned.gone.map(({ time }) => time)],
      )
    }
    after = piece.at(-1)?.time
    if (piece.length < PIECE) return count
  }
}

/** Of the day before, as far as it keeps fixes of this one from staying. */
async function lastBefore(
  database: Database,
  deviceNo: number,
  day: number,
  intervalMs: number,
): Promise<number> {
  if (intervalMs === 0) return Number.NEGATIVE_INFINITY
  const [row] = await rows<{ last: Date | null }>(
    database,
    `select max(recorded_at) as last from fixes where device_no = $1
     and recorded_at < ($2::date)::timestamp at time zone 'UTC'
     and recorded_at > ($2::date)::timestamp at time zone 'UTC' - $3 * interval '1 millisecond'`,
    [deviceNo, isoDay(day), intervalMs],
  )
  return row?.last?.getTime() ?? Number.NEGATIVE_INFINITY
}

async function readPiece(
  database: Database,
  table: string,
  deviceNo: number,
  after: Date | undefined,
): Promise<StoredFix[]> {
  const found = await rows<{ time: Date; latitude: number; longitude: number }>(
    database,
    `select recorded_at as time, latitude, longitude from ${table}
     where device_no = $1 and recorded_at > $2 order by recorded_at limit ${PIECE}`,
    [deviceNo, after ?? '-infinity'],
  )
  return found.map(({ time, latitude, longitude }) => ({
    time,
    timeMs: time.getTime(),
    latitude,
    longitude,
  }))
}
