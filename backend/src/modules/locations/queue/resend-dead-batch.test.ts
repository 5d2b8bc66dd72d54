import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { insertTestDevice } from '../../../testing/test-device.ts'
import { DirectFixSink, type FixBatch, FixBatchBuilder, type FixSink, KnownDevices } from '../fixes/index.ts'
import { addDeadBatch, forgetDeadFixes, lastDeadBatches } from './dead-batch-store.ts'
import { resendDeadBatch } from './resend-dead-batch.ts'

const log = pino({ level: 'silent' })
const beginMs = Math.floor((Date.now() - 86_400_000) / 1000) * 1000

let database: TestDatabase
let sink: DirectFixSink
let organizationId: string
beforeAll(async () => {
  database = await createTestDatabase()
  const [row] = await database.dataSource.query(
    `insert into organizations (id, slug, display_name, kind)
     values (gen_random_uuid(), 'lab', 'Lab', 'MEMBER') returning id`,
  )
  organizationId = row.id
  sink = new DirectFixSink({ dataSource: database.dataSource, log })
})
afterAll(() => database.drop())
beforeEach(() => database.dataSource.query('delete from fix_dead_batches'))

async function batchOf(devices: readonly { id: string }[], count = 10): Promise<FixBatch> {
  const known = await new KnownDevices(database.dataSource).resolve(
    organizationId,
    devices.map(({ id }) => id),
  )
  const builder = new FixBatchBuilder(known)
  for (const { id } of devices)
    for (let index = 0; index < count; index++)
      expect(builder.add(known.find(id)!, beginMs + index * 1000, 47, 8.5, 5)).toBeUndefined()
  return builder.build()
}

async function putAside(batch: FixBatch | undefined): Promise<string> {
  await addDeadBatch(database.dataSource, batch, 'The table was broken.')
  const [dead] = await lastDeadBatches(database.dataSource, 1)
  expect(dead?.resendable).toBe(batch !== undefined)
  return dead!.id
}

async function stored(device: { id: string }): Promise<number> {
  const [row] = await database.dataSource.query(
    'select count(*)::int as count from fixes join devices using (device_no) where devices.id = $1',
    [device.id],
  )
  return row.count
}

const resend = (id: string, to: FixSink = sink) => resendDeadBatch(database.dataSource, to, id)

test('a batch that was put aside is stored when it is sent again, and is off the list', async () => {
  const device = await insertTestDevice(database.dataSource, 'lab')
  const id = await putAside(await batchOf([device]))
  expect(await resend(id)).toMatchObject({ accepted: 10, duplicates: 0, gone: [], queued: false })
  expect(await stored(device)).toBe(10)
  expect(await lastDeadBatches(database.dataSource, 1)).toEqual([])
  await expect(resend(id)).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'DEAD_BATCH_NOT_FOUND' })
})

test('two who send it at once store its fixes once', async () => {
  const device = await insertTestDevice(database.dataSource, 'lab')
  const id = await putAside(await batchOf([device]))
  const outcomes = await Promise.allSettled([resend(id), resend(id)])
  expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
  expect(await stored(device)).toBe(10)
})

test('a batch that cannot be written stays on the list, with the reason', async () => {
  const id = await putAside(await batchOf([await insertTestDevice(database.dataSource, 'lab')]))
  const broken: FixSink = {
    write: () => Promise.reject(new Error('relation "fixes" does not exist')),
  }
  await expect(resend(id, broken)).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'DEAD_BATCH_REFUSED',
    message: 'The batch cannot be written yet, and stays here: relation "fixes" does not exist',
  })
  expect(await resend(id)).toMatchObject({ accepted: 10 })
})

test('fixes of devices that were removed since are left out, and a batch of none but those is refused', async () => {
  const [kept, removed] = [
    await insertTestDevice(database.dataSource, 'lab'),
    await insertTestDevice(database.dataSource, 'lab'),
  ]
  const both = await putAside(await batchOf([kept, removed]))
  const gone = await batchOf([removed])
  const none = await putAside(gone)
  await database.dataSource.transaction(async (manager) => {
    await forgetDeadFixes(manager, { deviceNos: [gone.deviceNos[0]!] })
    await manager.query('delete from devices where id = $1', [removed.id])
  })
  expect(await resend(both)).toMatchObject({ accepted: 10 })
  expect(await stored(kept)).toBe(10)
  await expect(resend(none)).rejects.toMatchObject({ reason: 'DEAD_BATCH_EMPTY' })
  await expect(resend(await putAside(undefined))).rejects.toMatchObject({ reason: 'DEAD_BATCH_EMPTY' })
})
