import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { listen } from './listen.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a notification on a named channel arrives with its payload', async () => {
  const listener = await listen(database.url, { channels: ['Some Channel'] })
  const received = once(listener, 'notification')
  await database.dataSource.query(`select pg_notify('Some Channel', 'hello')`)
  expect(await received).toEqual(['Some Channel', 'hello'])
  await listener.close()
})

test('a lost connection is made again, announced by a resync, and listens again', async () => {
  const listener = await listen(database.url, { channels: ['changes'] })
  const resync = once(listener, 'resync')
  await database.dataSource.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'fairlead listener' and datname = current_database()`,
  )
  await resync
  const received = once(listener, 'notification')
  await database.dataSource.query(`select pg_notify('changes', 'again')`)
  expect(await received).toEqual(['changes', 'again'])
  await listener.close()
})
