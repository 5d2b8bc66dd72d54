import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBus } from '../../../adapters/bus/create-bus.ts'
import { writeEvent } from '../../../outbox/index.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { keepEvents, notificationsQueue } from './inbox-consumer.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('what a backend writes before the first worker of all starts is handled', async () => {
  const { dataSource, url: databaseUrl } = database
  await keepEvents(dataSource)
  const write = (routingKey: string) => writeEvent(dataSource, { routingKey, payload: {} })
  await write('identity.member_invited.-')
  await keepEvents(dataSource)
  const bus = await createBus({ databaseUrl, dataSource, log: pino({ level: 'silent' }) })
  const got: string[] = []
  await bus.consume(notificationsQueue, async (events) => {
    got.push(...events.map(({ routingKey }) => routingKey))
    return []
  })
  await write('identity.member_added.-')
  await expect.poll(() => got).toEqual(['identity.member_invited.-', 'identity.member_added.-'])
  await bus.close()
})
