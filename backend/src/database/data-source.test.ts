import type { Pool } from 'pg'
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a connection that is lost on its way to who will use it does not end the process', async () => {
  const { dataSource } = database
  const pool: Pool = (dataSource.driver as PostgresDriver).master
  // As TypeORM takes one: it listens a moment later.
  const client = await pool.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  await dataSource.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  await ended
  client.release(true)
  expect(await dataSource.query('select 1 as one')).toEqual([{ one: 1 }])
})
