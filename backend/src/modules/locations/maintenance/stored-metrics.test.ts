import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { storedMetrics } from './index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('figures tell how much is stored, in how many days', async () => {
  const { dataSource } = database
  for (const day of ['2026-03-01', '2026-03-02'])
    await dataSource.query('select make_fixes_partition($1)', [day])
  await dataSource.query(
    `insert into fixes select 1, n, n, n, n, '2026-03-01', 0, 0, 0 from generate_series(1, 1000) n`,
  )
  const registry = new Registry()
  storedMetrics(registry, dataSource)
  await expect
    .poll(async () => {
      await dataSource.query('delete from shared_figures')
      const metrics = await registry.getMetricsAsJSON()
      return Object.fromEntries(metrics.map(({ name, values }) => [name, values[0]?.value]))
    })
    .toEqual({
      fairlead_location_stored_fixes: 1000,
      fairlead_location_stored_bytes: expect.toSatisfy((bytes: number) => bytes > 1000 * 80),
      fairlead_location_partitions: 2,
    })
})
