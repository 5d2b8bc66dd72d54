import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { copyIn, sqlState } from './index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.dataSource.query('create table copied (number integer primary key)')
})
afterAll(() => database.drop())

const copy = (sql: string, data: string) => copyIn(database.dataSource, sql, Buffer.from(data))
const stored = async () => {
  const found: { number: number }[] = await database.dataSource.query('select number from copied order by 1')
  return found.map(({ number }) => number)
}
const stateOf = (work: Promise<void>) => work.then(() => undefined, sqlState)

test('what is copied is there when it resolves', async () => {
  await copy('copy copied from stdin', '1\n2\n')
  expect(await stored()).toEqual([1, 2])
})

test('statements beside the copy happen with it, or not at all', async () => {
  await copy('insert into copied values (3); copy copied from stdin; insert into copied values (5)', '4\n')
  expect(await stored()).toEqual([1, 2, 3, 4, 5])
  expect(await stateOf(copy('insert into copied values (6); copy copied from stdin', '1\n'))).toBe('23505')
  expect(await stateOf(copy('copy copied from stdin; insert into copied values (1)', '6\n'))).toBe('23505')
  expect(await stateOf(copy('select 1 / 0; copy copied from stdin', '6\n'))).toBe('22012')
  expect(await stateOf(copy('copy copied from stdin', 'six\n'))).toBe('22P02')
  expect(await stored()).toEqual([1, 2, 3, 4, 5])
})

test('a connection that the server ended is not used again', async () => {
  const ended = copy('select pg_terminate_backend(pg_backend_pid()); copy copied from stdin', '7\n')
  await expect(ended).rejects.toThrow()
  expect(await stored()).toEqual([1, 2, 3, 4, 5])
})
