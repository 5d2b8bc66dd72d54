import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { keepHouse } from './housekeeping.ts'
import { declareRelay, findRelayPosition } from './outbox-readers.ts'
import { queries } from './typeorm-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('without a broker, the relay that a worker of before left behind holds up the removal of events no longer', async () => {
  const { dataSource } = database
  const house = keepHouse({
    dataSource,
    bus: 'POSTGRES',
    problem: () => '',
    pruneMs: 10,
    log: pino({ level: 'silent' }),
  })
  const report = `insert into bus_reports (reporter, bus, connected, problem, report_time)
    values (gen_random_uuid(), 'RABBITMQ', true, '', now())`
  await dataSource.query(report)
  await declareRelay(queries(dataSource))
  await dataSource.query(
    `insert into bus_reports values (gen_random_uuid(), 'POSTGRES', true, '', now() - interval '2 hours')`,
  )
  const reports = () =>
    dataSource.query(`select from bus_reports where report_time < now() - interval '1 hour'`)
  // Housekeeping has been by.
  await expect.poll(async () => (await reports()).length).toBe(0)
  expect(await findRelayPosition(queries(dataSource))).toBeDefined()
  await dataSource.query(`delete from bus_reports where bus = 'RABBITMQ'`)
  await expect.poll(() => findRelayPosition(queries(dataSource))).toBeUndefined()
  await house.close()
})
