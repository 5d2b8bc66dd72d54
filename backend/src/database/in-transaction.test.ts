import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { inTransaction } from './in-transaction.ts'

let database: TestDatabase
let dataSource: DataSource

beforeAll(async () => {
  database = await createTestDatabase()
  dataSource = database.dataSource
  await dataSource.query('create table counters (id int primary key, value int not null)')
  await dataSource.query('insert into counters values (1, 0), (2, 0)')
})
afterAll(() => database.drop())

test('work that throws leaves nothing behind', async () => {
  const work = inTransaction(dataSource, async (manager) => {
    await manager.query('update counters set value = 99')
    throw new Error('no')
  })
  await expect(work).rejects.toThrow('no')
  expect(await dataSource.query('select distinct value from counters')).toEqual([{ value: 0 }])
})

test('serializable increments that collide all count', async () => {
  const increment = () =>
    inTransaction(
      dataSource,
      async (manager) => {
        const [row] = await manager.query('select value from counters where id = 1')
        await manager.query('update counters set value = $1 where id = 1', [row.value + 1])
      },
      { isolation: 'SERIALIZABLE', attempts: 20 },
    )
  await Promise.all(Array.from({ length: 6 }, increment))
  expect(await dataSource.query('select value from counters where id = 1')).toEqual([{ value: 6 }])
})

test('a deadlock is resolved by beginning again', async () => {
  let waiting = 0
  let both: () => void = () => undefined
  const bothHold = new Promise<void>((resolve) => {
    both = resolve
  })
  const lock = (first: number, second: number) =>
    inTransaction(dataSource, async (manager) => {
      await manager.query('update counters set value = value + 1 where id = $1', [first])
      if (++waiting === 2) both()
      await bothHold
      await manager.query('update counters set value = value + 1 where id = $1', [second])
    })
  await dataSource.query('update counters set value = 0')
  await Promise.all([lock(1, 2), lock(2, 1)])
  expect(await dataSource.query('select value from counters')).toEqual([{ value: 2 }, { value: 2 }])
})
