import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { addClass, addOrganization, issue } from '../testing/ledger-fixture.ts'
import { ledgerMetrics, seal } from './index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

async function figures(): Promise<Record<string, number>> {
  // Counted anew: what is shared is a few seconds old at most.
  await database.dataSource.query('delete from shared_figures')
  const registry = new Registry()
  ledgerMetrics(registry, database.dataSource)
  const metrics = await registry.getMetricsAsJSON()
  return Object.fromEntries(metrics.map(({ name, values }) => [name, values[0]?.value ?? Number.NaN]))
}

test('figures tell what waits for its seal, and what verification found', async () => {
  expect(await figures()).toEqual({
    fairlead_credits_unsealed_transactions: 0,
    fairlead_credits_oldest_unsealed_age_seconds: 0,
    fairlead_credits_ledger_broken: 0,
    fairlead_credits_ledger_intact_age_seconds: 0,
  })
  const { dataSource } = database
  await issue(dataSource, await addOrganization(dataSource), await addClass(dataSource), 10n)
  const booked = await figures()
  expect(booked).toMatchObject({ fairlead_credits_unsealed_transactions: 1 })
  expect(booked['fairlead_credits_oldest_unsealed_age_seconds']).toBeGreaterThan(0)
  expect(booked['fairlead_credits_ledger_intact_age_seconds']).toBeGreaterThan(0)
  await seal(dataSource)
  await dataSource.query(
    `insert into credit_verifications (id, end_time, outcome)
     values (gen_random_uuid(), now() - interval '1 hour', 'INTACT'), (gen_random_uuid(), now(), 'BROKEN')`,
  )
  const verified = await figures()
  expect(verified).toMatchObject({
    fairlead_credits_unsealed_transactions: 0,
    fairlead_credits_ledger_broken: 1,
  })
  expect(verified['fairlead_credits_ledger_intact_age_seconds']).toBeGreaterThan(3_599)
})
