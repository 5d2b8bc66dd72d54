import type { DataSource } from 'typeorm'
import { dayOf, isoDay } from '../../../backend/src/modules/locations/partitions/index.ts'
import { rows } from '../../../backend/src/modules/locations/sql.ts'

const MINUTES = 24 * 60

/**
 * Whole days before the stream, each device once a minute in cells that are none, until there are so many fixes. Each
 * day is made beside the table and then taken in: indexes are built at once, which is several times as fast.
 */
export async function fillBefore(
  dataSource: DataSource,
  beginMs: number,
  count: number,
  organizationNo: number,
  devices: number,
): Promise<void> {
  const stored = await rows<{ day: number; count: number }>(
    dataSource,
    `select (recorded_at at time zone 'UTC')::date - date '1970-01-01' as day, count(*)::int as count
     from fixes group by 1 order by 1`,
    [],
  )
  let missing = count - stored.reduce((sum, day) => sum + day.count, 0)
  let day = Math.min(dayOf(beginMs), ...stored.map((each) => each.day)) - 1
  while (missing > 0) {
    const minutes = Math.min(MINUTES, Math.ceil(missing / devices))
    await fillDay(dataSource, isoDay(day), minutes, organizationNo, devices)
    missing -= minutes * devices
    day--
  }
  await dataSource.query('vacuum analyze fixes')
  await dataSource.query('checkpoint')
}

async function fillDay(
  dataSource: DataSource,
  day: string,
  minutes: number,
  organizationNo: number,
  devices: number,
): Promise<void> {
  const table = `fixes_${day.replaceAll('-', '')}`
  await dataSource.query(`create table ${table} (like fixes)`)
  await dataSource.query(
    `insert into ${table}
     select $1::int, floor(extract(epoch from time) / 300)::int, 617733000000000000 + (device * 7919 + minute * 31) % 1000000,
       device, device, time, 47.3 + device * 1e-5, 8.4 + minute * 1e-5, 12
     from generate_series(0, $2::int - 1) minute, generate_series(1, $3::int) device,
       lateral (select $4::timestamptz + minute * interval '1 minute' + device * interval '1 ms' as time) as told`,
    [organizationNo, minutes, devices, `${day} 00:00:00+00`],
  )
  await dataSource.query(`create unique index on ${table} (device_no, recorded_at)`)
  await dataSource.query(`create index on ${table} (organization_no, bucket, cell)`)
  await dataSource.query(
    `alter table fixes attach partition ${table}
     for values from ('${day} 00:00:00+00') to ('${day} 24:00:00+00')`,
  )
}
