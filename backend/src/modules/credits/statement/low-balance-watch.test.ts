import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { post } from '../ledger/index.ts'
import { addClass, addOrganization, issue, transfer } from '../testing/ledger-fixture.ts'
import { tellLowBalances } from './low-balance-watch.ts'
import { StatementStore } from './statement-store.ts'

let database: TestDatabase
let classId: string
let lab: string
let other: string

beforeAll(async () => {
  database = await createTestDatabase()
  classId = await addClass(database.dataSource, { code: 'compute' })
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.dataSource.query('delete from outbox')
  lab = await addOrganization(database.dataSource)
  other = await addOrganization(database.dataSource)
})

const setLow = (lowBalance: bigint) =>
  new StatementStore(database.dataSource).setLowBalance(lab, classId, lowBalance)
const pay = (amount: bigint) => post(database.dataSource, [transfer(lab, other, classId, amount)])

/** What was told since the last look, by whichever of several workers. */
async function told(): Promise<object[]> {
  await Promise.all([1, 2, 3].map(() => tellLowBalances(database.dataSource)))
  const events: { routing_key: string; payload: object }[] = await database.dataSource
    .query('delete from outbox returning routing_key, payload')
    .then(([deleted]) => deleted)
  return events.map(({ routing_key, payload }) => ({ routing_key, ...payload }))
}

test('people are told once when credits fall below what was set, and again after they were above it', async () => {
  await issue(database.dataSource, lab, classId, 10_000n)
  await setLow(5_000n)
  expect(await told()).toEqual([])
  await pay(5_000n)
  expect(await told(), 'not below').toEqual([])
  await pay(1n)
  expect(await told()).toEqual([
    {
      routing_key: `credits.balance_low.${lab}`,
      organization: lab,
      credit_class: 'compute',
      class_name: 'compute',
      balance: '49.99',
      low_balance: '50.00',
    },
  ])
  await pay(1n)
  expect(await told(), 'still below').toEqual([])
  await issue(database.dataSource, lab, classId, 1_000n)
  expect(await told(), 'above').toEqual([])
  await pay(2_000n)
  expect(await told()).toHaveLength(1)
})

test('people are told at once when what is set is above what there is, and never when nothing is set', async () => {
  await issue(database.dataSource, lab, classId, 10n)
  await setLow(11n)
  expect(await told()).toHaveLength(1)
  await setLow(0n)
  await pay(10n)
  expect(await told()).toEqual([])
})

test('of an organisation that never had any credits of the class people are told, too', async () => {
  await setLow(1n)
  expect(await told()).toMatchObject([{ organization: lab, balance: '0.00' }])
})
