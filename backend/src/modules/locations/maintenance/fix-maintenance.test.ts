import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../../log.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { DirectFixSink, FixBatchBuilder, KnownDevices } from '../fixes/index.ts'
import { isoDay, listPartitions } from '../partitions/index.ts'
import { rows } from '../sql.ts'
import { addLocatedOrganization, type LocatedOrganization } from '../testing/located-organization.ts'
import { fixMaintenance, maintainFixes } from './fix-maintenance.ts'

const log = createLog({ name: 'test', level: 'silent' })
const DAY_MS = 86_400_000
const NOW_MS = Date.UTC(2026, 5, 15, 9)
const today = Math.floor(NOW_MS / DAY_MS)

let database: TestDatabase
let organization: LocatedOrganization
let other: LocatedOrganization
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.dataSource.query('delete from fixes')
  await database.dataSource.query('delete from fix_thinnings')
  organization = await addLocatedOrganization(database.dataSource, 2)
  other = await addLocatedOrganization(database.dataSource, 1)
})

/** Of the organisation's first device, unless told otherwise, at the same place. */
async function write(of: LocatedOrganization, timesMs: readonly number[], device = 0): Promise<void> {
  const id = of.devices[device]?.id ?? ''
  const devices = await new KnownDevices(database.dataSource).resolve(of.id, [id])
  const numbers = devices.find(id)
  if (numbers === undefined) throw new Error('the device is not known')
  const builder = new FixBatchBuilder(devices, { nowMs: NOW_MS })
  for (const timeMs of timesMs) expect(builder.add(numbers, timeMs, 47, 8, 0)).toBeUndefined()
  await new DirectFixSink({ dataSource: database.dataSource, log }).write(builder.build())
}

async function setPolicy({ id }: LocatedOrganization, policy: Record<string, number>): Promise<void> {
  for (const [column, value] of Object.entries(policy))
    await database.dataSource.query(
      `update location_policies set ${column} = $2 where organization_id = $1`,
      [id, value],
    )
}

function maintain(nowMs = NOW_MS): Promise<void> {
  return maintainFixes(database.dataSource, nowMs, log, new AbortController().signal)
}

async function timesOf({ organizationNo }: LocatedOrganization, device = 0): Promise<number[]> {
  const found = await rows<{ time: Date }>(
    database.dataSource,
    `select recorded_at as time from fixes join devices using (device_no)
     where organization_no = $1 and external_id = $2 order by 1`,
    [organizationNo, `device-${device}`],
  )
  return found.map(({ time }) => time.getTime())
}

async function days(): Promise<string[]> {
  return (await listPartitions(database.dataSource)).map(({ day }) => isoDay(day))
}

const noonOf = (daysAgo: number) => (today - daysAgo) * DAY_MS + DAY_MS / 2

describe('the maintenance of fixes', () => {
  it('makes the partitions of a week ahead, once', async () => {
    await maintain()
    await maintain()
    expect(await days()).toEqual(Array.from({ length: 9 }, (_, index) => isoDay(today - 1 + index)))
  })

  it('drops a day when all who have fixes in it keep them for shorter', async () => {
    await setPolicy(organization, { retention_days: 10 })
    await setPolicy(other, { retention_days: 12 })
    await write(organization, [noonOf(9), noonOf(10)])
    await write(other, [noonOf(10)])
    await database.dataSource.query('select make_fixes_partition($1)', [isoDay(today - 11)])
    await database.dataSource.query(`insert into fixes values ($1, 0, 0, 1, $2, $3, 0, 0, 0)`, [
      organization.organizationNo,
      organization.devices[0]?.deviceNo,
      new Date(noonOf(11)),
    ])
    await maintain()
    // The day 10 days ago is not over for as long: what is kept is kept to its last instant.
    expect(await timesOf(organization)).toEqual([noonOf(10), noonOf(9)])
    expect(await days()).not.toContain(isoDay(today - 11))
    await maintain(NOW_MS + DAY_MS)
    expect(await timesOf(organization)).toEqual([noonOf(9)])
    expect(await timesOf(other)).toEqual([noonOf(10)])
    expect(await days()).toContain(isoDay(today - 10))
    await maintain(NOW_MS + 3 * DAY_MS)
    expect(await days()).not.toContain(isoDay(today - 10))
    expect(await timesOf(other)).toEqual([])
  })

  it('keeps for ever what an organisation keeps for ever', async () => {
    await write(other, [Date.UTC(2000, 0, 1), noonOf(4000)])
    await maintain()
    expect(await timesOf(other)).toEqual([Date.UTC(2000, 0, 1), noonOf(4000)])
  })

  it('drops no day that somebody reads, and holds nobody up for it', async () => {
    await setPolicy(organization, { retention_days: 10 })
    await database.dataSource.query('select make_fixes_partition($1)', [isoDay(today - 20)])
    const reader = database.dataSource.createQueryRunner()
    try {
      await reader.startTransaction()
      await reader.query('select count(*) from fixes')
      await maintain()
      expect(await days()).toContain(isoDay(today - 20))
      await reader.commitTransaction()
    } finally {
      await reader.release()
    }
    await maintain()
    expect(await days()).not.toContain(isoDay(today - 20))
  })

  it('thins the days that are old enough, once and again when fixes of them come', async () => {
    await setPolicy(organization, { thin_after_days: 2, thin_interval_s: 600 })
    const everyMinute = (daysAgo: number) =>
      Array.from({ length: 31 }, (_, minute) => noonOf(daysAgo) + minute * 60_000)
    await write(organization, everyMinute(3))
    await write(organization, everyMinute(3), 1)
    await write(organization, everyMinute(2))
    await write(other, everyMinute(3))
    await maintain()
    const thinned = [0, 10, 20, 30].map((minute) => noonOf(3) + minute * 60_000)
    expect(await timesOf(organization)).toEqual([...thinned, ...everyMinute(2)])
    expect(await timesOf(organization, 1)).toEqual(thinned)
    expect(await timesOf(other)).toHaveLength(31)
    await write(organization, [noonOf(3) + 30_000, noonOf(3) + 3_600_000])
    // PostgreSQL's statistics of what was written come a moment later.
    await expect
      .poll(async () => {
        await maintain()
        return timesOf(organization)
      })
      .toEqual([...thinned, noonOf(3) + 3_600_000, ...everyMinute(2)])
  })

  it('keeps the interval over midnight', async () => {
    await setPolicy(organization, { thin_after_days: 1, thin_interval_s: 600 })
    const midnight = (today - 3) * DAY_MS
    await write(organization, [midnight - 60_000, midnight + 60_000, midnight + 540_000])
    await maintain()
    expect(await timesOf(organization)).toEqual([midnight - 60_000, midnight + 540_000])
  })

  it('compresses stays by the policy of the organisation', async () => {
    await setPolicy(organization, {
      thin_after_days: 1,
      stay_radius_m: 30,
      stay_minimum_s: 600,
      stay_interval_s: 900,
    })
    // More than one piece of a track.
    const seconds = Array.from({ length: 6_000 }, (_, second) => noonOf(3) + second * 1000)
    await write(organization, seconds)
    await maintain()
    const kept = (await timesOf(organization)).map((timeMs) => (timeMs - noonOf(3)) / 1000)
    expect(kept).toEqual([0, 900, 1800, 2700, 3600, 4500, 4999, 5000, 5900, 5999])
  })

  it('is done by one worker at a time, and ends when it is stopped', async () => {
    const parts = [1, 2].map(() =>
      fixMaintenance({
        dataSource: database.dataSource,
        log,
        intervalMs: 5,
        nowMs: () => NOW_MS + 50 * DAY_MS,
      }),
    )
    for (const part of parts) await part.start()
    await expect.poll(days).toContain(isoDay(today + 57))
    for (const part of parts) {
      expect(part.healthy()).toBe(true)
      await part.stop()
    }
  })
})
