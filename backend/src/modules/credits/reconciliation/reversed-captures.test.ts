import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { hold, reverse, settleHolds } from '../ledger/index.ts'
import { addClass, addOrganization, issue } from '../testing/ledger-fixture.ts'
import { reconcile } from './index.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('what a job paid and got back is neither used nor reduced', async () => {
  const { dataSource } = database
  const organizationId = await addOrganization(dataSource)
  const classId = await addClass(dataSource)
  await issue(dataSource, organizationId, classId, 100n)
  const pay = async (capture: bigint) => {
    const purposeId = randomUUID()
    const about = { purpose: 'JOB', purposeId, description: 'a job' } as const
    await hold(dataSource, { ...about, organizationId, classId, amount: 30n })
    const [settled] = await settleHolds(dataSource, [{ ...about, capture, to: { kind: 'SINK' } }])
    if (settled?.kind !== 'settled') throw new Error('the hold was not settled')
    return settled.transaction.id
  }
  await pay(10n)
  await reverse(dataSource, { transactionId: await pay(25n), description: 'undone' })
  const { lines } = await reconcile(dataSource)
  expect(lines.find((line) => line.classId === classId)).toMatchObject({
    issued: 100n,
    available: 90n,
    held: 0n,
    used: 10n,
    reduced: 0n,
  })
})
