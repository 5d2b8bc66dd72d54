import { latLngToCell } from 'h3-js'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '../../../log.ts'
import { Random } from '../../../random.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { rows } from '../sql.ts'
import { addLocatedOrganization, type LocatedOrganization } from '../testing/located-organization.ts'
import { DirectFixSink, type DirectFixSinkOptions, FixBatchBuilder, KnownDevices } from './index.ts'

const log = createLog({ name: 'test', level: 'silent' })
const NOON_MS = Date.UTC(2026, 2, 1, 12)

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** Fixes of an organisation's devices, as [device, ms after noon]. */
async function batchOf(organization: LocatedOrganization, fixes: readonly (readonly [number, number])[]) {
  const devices = await new KnownDevices(database.dataSource).resolve(
    organization.id,
    organization.devices.map(({ id }) => id),
  )
  const builder = new FixBatchBuilder(devices)
  for (const [at, afterNoonMs] of fixes) {
    const device = devices.find(organization.devices[at]?.id ?? '')
    if (device === undefined) throw new Error(`there is no device ${at}`)
    expect(builder.add(device, NOON_MS + afterNoonMs, 47 + at / 1000, 8.5, 12.5)).toBeUndefined()
  }
  return builder.build()
}

function sink(options: Partial<DirectFixSinkOptions> = {}): DirectFixSink {
  return new DirectFixSink({ dataSource: database.dataSource, log, ...options })
}

async function countOf({ organizationNo }: LocatedOrganization): Promise<number> {
  const [row] = await rows<{ count: number }>(
    database.dataSource,
    'select count(*)::int as count from fixes where organization_no = $1',
    [organizationNo],
  )
  return row?.count ?? -1
}

describe('the direct sink', () => {
  it('stores every column as it was told', async () => {
    const organization = await addLocatedOrganization(database.dataSource, 1)
    const devices = await new KnownDevices(database.dataSource).resolve(organization.id, ['device-0'])
    const device = devices.find('device-0')
    if (device === undefined) throw new Error('the device is not known')
    const given: [number, number, number, number][] = [
      [NOON_MS + 123, 47.123456789, 8.987654321, 7.25],
      [Date.UTC(2000, 0, 1), -90, -180, 0],
      [Date.UTC(2026, 2, 1) - 1, 90, 180, 100_000],
    ]
    const builder = new FixBatchBuilder(devices, { capacity: 1 })
    for (const fix of given) expect(builder.add(device, ...fix)).toBeUndefined()
    // The first again, by the way that looks for what is there.
    for (const accepted of [3, 0]) {
      const outcome = await sink().write(builder.build())
      expect(outcome).toEqual({ accepted, duplicates: 3 - accepted, gone: [], queued: false })
    }
    const written = await rows(
      database.dataSource,
      `select bucket, cell, person_no, device_no, recorded_at, latitude, longitude, accuracy_m from fixes
       where organization_no = $1 order by recorded_at desc`,
      [organization.organizationNo],
    )
    expect(written).toEqual(
      given
        .toSorted((a, b) => b[0] - a[0])
        .map(([timeMs, latitude, longitude, accuracyM]) => ({
          bucket: Math.floor(timeMs / 300_000),
          cell: BigInt(`0x${latLngToCell(latitude, longitude, 9)}`).toString(),
          person_no: device.personNo,
          device_no: device.deviceNo,
          recorded_at: new Date(timeMs),
          latitude,
          longitude: longitude === 180 ? -180 : longitude,
          accuracy_m: accuracyM,
        })),
    )
  })

  it('inserts what it copies otherwise with the very same values', async () => {
    const organization = await addLocatedOrganization(database.dataSource, 1)
    const random = new Random(7)
    const devices = await new KnownDevices(database.dataSource).resolve(organization.id, ['device-0'])
    const device = devices.find('device-0')
    if (device === undefined) throw new Error('the device is not known')
    const fixes = Array.from({ length: 300 }, (_, at): [number, number, number, number] => [
      NOON_MS + at * 1000,
      random.between(-90, 90),
      random.between(-180, 180),
      random.between(0, 50),
    ])
    const batch = () => {
      const builder = new FixBatchBuilder(devices)
      for (const fix of fixes) builder.add(device, ...fix)
      return builder.build()
    }
    const stored = () =>
      rows(
        database.dataSource,
        `select fixes::text as row from fixes where organization_no = $1 order by recorded_at`,
        [organization.organizationNo],
      )
    await sink().write(batch())
    const copied = await stored()
    // All but one are taken away, so that the second time all but one are inserted.
    await database.dataSource.query('delete from fixes where organization_no = $1 and recorded_at <> $2', [
      organization.organizationNo,
      new Date(NOON_MS + 150_000),
    ])
    expect(await sink().write(batch())).toMatchObject({ accepted: 299, duplicates: 1 })
    expect(await stored()).toEqual(copied)
  })

  it('counts duplicates in a batch, between batches of one transaction and in the table', async () => {
    const organization = await addLocatedOrganization(database.dataSource, 3)
    const writer = sink()
    const first = await batchOf(organization, [
      [0, 0],
      [1, 0],
      [0, 0],
      [0, 1],
    ])
    expect(await writer.write(first)).toMatchObject({ accepted: 3, duplicates: 1 })
    // The first two of these are written by themselves, and the others wait together.
    const batches = [
      await batchOf(organization, [[2, 0]]),
      await batchOf(organization, [[2, 1]]),
      await batchOf(organization, [
        [2, 0],
        [2, 2],
        [0, 1],
      ]),
      await batchOf(organization, [
        [2, 2],
        [2, 3],
        [1, 0],
      ]),
    ]
    const together = await Promise.all(batches.map((batch) => writer.write(batch)))
    expect(together.map(({ accepted, duplicates }) => [accepted, duplicates])).toEqual([
      [1, 0],
      [1, 0],
      [1, 2],
      [1, 2],
    ])
    expect(await countOf(organization)).toBe(7)
  })

  it('loses and doubles nothing when many write the same fixes out of order', async () => {
    const organization = await addLocatedOrganization(database.dataSource, 20)
    const random = new Random(11)
    const writers = [sink(), sink(), sink()]
    const distinct = new Set<string>()
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const fixes = Array.from({ length: 200 }, () => {
          // Over three days, so that partitions are made while others write.
          const fix = [random.integer(0, 19), random.integer(0, 259_199) * 1000] as const
          distinct.add(fix.join())
          return fix
        })
        return writers[at % writers.length]?.write(await batchOf(organization, fixes))
      }),
    )
    const sum = (of: 'accepted' | 'duplicates') =>
      outcomes.reduce((total, outcome) => total + (outcome?.[of] ?? Number.NaN), 0)
    expect(sum('accepted')).toBe(distinct.size)
    expect(sum('accepted') + sum('duplicates')).toBe(60 * 200)
    expect(await countOf(organization)).toBe(distinct.size)
  })

  it('makes a partition that was dropped since it was known', async () => {
    const organization = await addLocatedOrganization(database.dataSource, 1)
    const writer = sink()
    const day = Date.UTC(2011, 5, 6) - NOON_MS
    expect(await writer.write(await batchOf(organization, [[0, day]]))).toMatchObject({ accepted: 1 })
    await database.dataSource.query('drop table fixes_20110606')
    expect(await writer.write(await batchOf(organization, [[0, day]]))).toMatchObject({ accepted: 1 })
    expect(await countOf(organization)).toBe(1)
  })

  it('leaves out fixes of a device that was taken away since it was read', async () => {
    const organization = await addLocatedOrganization(database.dataSource, 2)
    const batch = await batchOf(organization, [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ])
    await database.dataSource.query('delete from devices where id = $1', [organization.devices[0]?.id])
    expect(await sink().write(batch)).toEqual({ accepted: 2, duplicates: 0, gone: [0, 2], queued: false })
    await database.dataSource.query('delete from devices where id = $1', [organization.devices[1]?.id])
    expect(await sink().write(batch)).toEqual({
      accepted: 0,
      duplicates: 0,
      gone: [0, 1, 2, 3],
      queued: false,
    })
    expect(await countOf(organization)).toBe(2)
  })

  it('has written all of a device before it is taken away, and nothing after', async () => {
    const organization = await addLocatedOrganization(database.dataSource, 1)
    const writer = sink()
    let stopped = false
    let accepted = 0
    const writing = (async () => {
      for (let at = 0; !stopped; at++) {
        const batch = await batchOf(organization, [[0, at]]).catch(() => undefined)
        if (batch === undefined) return
        accepted += (await writer.write(batch)).accepted
      }
    })()
    await expect.poll(() => accepted).toBeGreaterThan(5)
    const counted = await database.dataSource.transaction(async (manager) => {
      await manager.query('delete from devices where id = $1', [organization.devices[0]?.id])
      return rows<{ count: number }>(
        manager,
        'select count(*)::int as count from fixes where organization_no = $1',
        [organization.organizationNo],
      )
    })
    stopped = true
    await writing
    expect(await countOf(organization)).toBe(counted[0]?.count)
    expect(accepted).toBe(counted[0]?.count)
  })

  it('refuses one batch beside others when PostgreSQL does', async () => {
    const organization = await addLocatedOrganization(database.dataSource, 1)
    const writer = sink()
    const good = await batchOf(organization, [[0, 0]])
    const later = await batchOf(organization, [[0, 1]])
    // What no builder makes: a latitude that H3 takes and a device number that is none.
    const bad = { ...later, latitudes: Float64Array.of(Number.NaN), timesMs: Float64Array.of(1e300) }
    const outcomes = await Promise.allSettled([writer.write(good), writer.write(later), writer.write(bad)])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(await countOf(organization)).toBe(2)
  })

  it('refuses more than it may keep waiting, and writes what it took', async () => {
    const organization = await addLocatedOrganization(database.dataSource, 1)
    const registry = new Registry()
    const writer = sink({ registry, waitingLimit: 5000 })
    const large = await batchOf(
      organization,
      Array.from({ length: 1000 }, (_, at) => [0, at] as const),
    )
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => writer.write(large)))
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), 'rejected'])
    expect(outcomes[5]).toMatchObject({
      reason: { code: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_FIXES', retryDelayMs: 1_000 },
    })
    expect(await countOf(organization)).toBe(1000)
    const metrics = await registry.metrics()
    expect(metrics).toContain('fairlead_location_fixes_total{outcome="accepted"} 1000')
    expect(metrics).toContain('fairlead_location_fixes_total{outcome="duplicate"} 4000')
    expect(metrics).toContain('fairlead_location_waiting_fixes 0')
  })
})
