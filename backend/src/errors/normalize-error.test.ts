import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../database/index.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { normalizeError } from './normalize-error.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test.each([
  ['before the COMMIT', async () => undefined],
  ['before a query', async (query: () => Promise<unknown>) => query()],
])('a connection that is lost %s says that the database is not available', async (_when, next) => {
  const { dataSource } = database
  const failed = inTransaction(dataSource, async (manager) => {
    const [row] = await manager.query<{ pid: number }[]>('select pg_backend_pid() as pid')
    await dataSource.query('select pg_terminate_backend($1)', [row?.pid])
    while (manager.queryRunner?.isReleased === false) await setImmediate()
    await next(() => manager.query('select 1'))
  })
  const error = await failed.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(normalizeError(error)).toMatchObject({ code: 'UNAVAILABLE', reason: 'DATABASE_UNAVAILABLE' })
})
