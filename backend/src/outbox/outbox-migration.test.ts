import { afterAll, beforeAll, expect, test } from 'vitest'
import { OutboxDelivery1763700008000 } from '../../../migrations/1763700008000-outbox-delivery.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { declareQueue, readPosition } from './outbox-readers.ts'
import { pruneOutbox } from './prune-outbox.ts'
import { numberAllEvents } from './read-events.ts'
import { queries } from './typeorm-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('events of before are numbered and removed like others, and told to nobody', {
  timeout: 60_000,
}, async () => {
  const { dataSource } = database
  const migration = new OutboxDelivery1763700008000()
  const migrate = async (way: 'up' | 'down') => {
    const runner = dataSource.createQueryRunner()
    await runner.startTransaction()
    await migration[way](runner)
    await runner.commitTransaction()
    await runner.release()
  }
  const write = (count: number) =>
    dataSource.query(
      `insert into outbox (routing_key, payload, create_time)
       select 'jobs.completed.-', '{}', now() - interval '2 days' from generate_series(1, $1::int)`,
      [count],
    )
  await write(3)
  await migrate('down')
  await write(12_000)
  await migrate('up')
  const outbox = queries(dataSource)
  await declareQueue(outbox, { name: 'notifications', patterns: ['#'] })
  expect(await readPosition(outbox, 'notifications')).toBe(12_003)
  await write(1)
  expect(await numberAllEvents(outbox)).toBe(12_004)
  expect(await pruneOutbox(outbox)).toBe(12_003)
})
