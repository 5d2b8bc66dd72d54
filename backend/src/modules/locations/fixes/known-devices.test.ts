import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { addLocatedOrganization } from '../testing/located-organization.ts'
import { KnownDevices } from './known-devices.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

describe('known devices', () => {
  it('finds devices by UUID and by external id, in their organisation alone', async () => {
    const [ours, others] = [
      await addLocatedOrganization(database.dataSource, 2),
      await addLocatedOrganization(database.dataSource, 3),
    ]
    const known = new KnownDevices(database.dataSource)
    const [first, second] = ours.devices
    const foreign = others.devices[2]
    const refs = [first?.id ?? '', 'device-1', 'device-2', foreign?.id ?? '', 'nobody', '']
    const devices = await known.resolve(ours.id, refs)
    expect(devices).toMatchObject({
      organizationNo: ours.organizationNo,
      devicesVersion: 0,
      retentionDays: 0,
    })
    expect(refs.map((ref) => devices.find(ref))).toEqual([
      { deviceNo: first?.deviceNo, personNo: first?.personNo },
      { deviceNo: second?.deviceNo, personNo: second?.personNo },
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('prefers a UUID to an external id that reads the same', async () => {
    const ours = await addLocatedOrganization(database.dataSource, 2)
    const [first, second] = ours.devices
    await database.dataSource.query('update devices set external_id = $1 where id = $2', [
      first?.id,
      second?.id,
    ])
    const devices = await new KnownDevices(database.dataSource).resolve(ours.id, [first?.id ?? ''])
    expect(devices.find(first?.id ?? '')?.deviceNo).toBe(first?.deviceNo)
  })

  it('asks again for a device that there was none of', async () => {
    const ours = await addLocatedOrganization(database.dataSource, 1)
    const known = new KnownDevices(database.dataSource)
    expect((await known.resolve(ours.id, ['new'])).find('new')).toBeUndefined()
    await database.dataSource.query('update devices set external_id = $1 where id = $2', [
      'new',
      ours.devices[0]?.id,
    ])
    expect((await known.resolve(ours.id, ['new'])).find('new')).toBeDefined()
  })

  it('forgets devices of an older version when it learns of a newer one', async () => {
    const ours = await addLocatedOrganization(database.dataSource, 2)
    const known = new KnownDevices(database.dataSource)
    await known.resolve(ours.id, ['device-0'])
    await database.dataSource.query('delete from devices where id = $1', [ours.devices[0]?.id])
    const devices = await known.resolve(ours.id, ['device-0', 'device-1'])
    expect(devices.devicesVersion).toBe(1)
    expect(devices.find('device-0')).toBeUndefined()
    expect(devices.find('device-1')).toBeDefined()
  })
})
