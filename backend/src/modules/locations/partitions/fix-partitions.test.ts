import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { rows } from '../sql.ts'
import { dayOf, FixPartitions, isoDay, listPartitions, organizationsIn } from './index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const fix = (organizationNo: number, deviceNo: number, time: string) =>
  database.dataSource.query(
    `insert into fixes values ($1, 0, 0, $2, $2, $3, 0, 0, 0) on conflict (device_no, recorded_at) do nothing`,
    [organizationNo, deviceNo, time],
  )

describe('partitions of fixes', () => {
  it('are days of UTC', () => {
    expect(isoDay(dayOf(Date.UTC(2026, 2, 1, 23, 59, 59, 999)))).toBe('2026-03-01')
    expect(isoDay(dayOf(Date.UTC(2026, 2, 2)))).toBe('2026-03-02')
    expect(isoDay(dayOf(Date.UTC(1969, 11, 31)))).toBe('1969-12-31')
  })

  it('are made once, by however many at the same time', async () => {
    const days = Array.from({ length: 6 }, (_, index) => dayOf(Date.UTC(2024, 1, 27)) + index)
    await Promise.all(Array.from({ length: 8 }, () => new FixPartitions(database.dataSource).ensure(days)))
    const made = await listPartitions(database.dataSource)
    expect(made.map(({ day }) => day)).toEqual(days)
    expect(made[2]?.table).toBe('fixes_20240229')
    const indexes = await rows<{ count: number }>(
      database.dataSource,
      `select count(*)::int as count from pg_indexes where tablename = $1`,
      [made[2]?.table],
    )
    expect(indexes).toEqual([{ count: 2 }])
  })

  it('take their instants and none beside them', async () => {
    await fix(1, 1, '2024-02-29T00:00:00.000Z')
    await fix(1, 1, '2024-02-29T23:59:59.999Z')
    await fix(1, 1, '2024-03-01T00:00:00.000Z')
    const counted = await rows(
      database.dataSource,
      `select tableoid::regclass::text as table, count(*)::int as count from fixes group by 1 order by 1`,
      [],
    )
    expect(counted).toEqual([
      { table: 'fixes_20240229', count: 2 },
      { table: 'fixes_20240301', count: 1 },
    ])
    await expect(fix(1, 1, '2024-03-09T00:00:00Z')).rejects.toThrow('no partition of relation "fixes"')
  })

  it('are made while others read and write, without waiting for them', async () => {
    const busy = database.dataSource.createQueryRunner()
    try {
      await busy.startTransaction()
      await busy.query('select count(*) from fixes')
      await busy.query(`insert into fixes values (1, 0, 0, 9, 9, '2024-02-28', 0, 0, 0)`)
      await new FixPartitions(database.dataSource).ensure([dayOf(Date.UTC(2025, 0, 1))])
      await fix(1, 1, '2025-01-01T12:00:00Z')
      await busy.rollbackTransaction()
    } finally {
      await busy.release()
    }
    const [{ count } = { count: -1 }] = await rows<{ count: number }>(
      database.dataSource,
      `select count(*)::int as count from fixes_20250101`,
      [],
    )
    expect(count).toBe(1)
  })

  it('tell which organisations have fixes in them', async () => {
    await new FixPartitions(database.dataSource).ensure([dayOf(Date.UTC(2025, 5, 1))])
    const partition = (await listPartitions(database.dataSource)).find(
      ({ table }) => table === 'fixes_20250601',
    )
    if (partition === undefined) throw new Error('the partition is not there')
    expect(await organizationsIn(database.dataSource, partition)).toEqual([])
    for (const [no, device] of [
      [5, 1],
      [5, 2],
      [2, 3],
      [900, 4],
    ] as const)
      await fix(no, device, '2025-06-01T01:00:00Z')
    expect(await organizationsIn(database.dataSource, partition)).toEqual([2, 5, 900])
  })
})
