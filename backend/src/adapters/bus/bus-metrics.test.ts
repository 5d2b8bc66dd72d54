import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../../testing/database.ts'
import { createBusMetrics } from './bus-metrics.ts'
import { writeNumbers } from './testing/write-numbers.ts'

test('the figures tell what waits, and since when', async () => {
  const database = await createTestDatabase()
  const registry = new Registry()
  const metrics = createBusMetrics(database.dataSource, registry)
  metrics.published(3)
  await writeNumbers(database.dataSource, 1, 7)
  await database.dataSource.query(`update outbox set create_time = now() - interval '1 hour'`)
  const text = await registry.metrics()
  expect(text).toContain('fairlead_events_published_total 3\n')
  expect(text).toContain('fairlead_events_waiting 7\n')
  expect(Number(/^fairlead_events_lag_seconds (\S+)/m.exec(text)?.[1])).toBeGreaterThanOrEqual(3600)
  await database.drop()
  expect(await registry.metrics()).toContain('fairlead_events_waiting Nan')
})
