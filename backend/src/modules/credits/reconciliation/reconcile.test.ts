import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { hold, settleHolds } from '../ledger/index.ts'
import { addClass, addOrganization, issue } from '../testing/ledger-fixture.ts'
import { reconcile } from './index.ts'

let database: TestDatabase
let classId: string
let seller: string
let buyer: string
let userId: string
beforeAll(async () => {
  database = await createTestDatabase()
  classId = await addClass(database.dataSource, { code: 'compute' })
  seller = await addOrganization(database.dataSource, 'seller')
  buyer = await addOrganization(database.dataSource, 'buyer')
  userId = randomUUID()
  await database.dataSource.query(
    `insert into users (id, issuer, subject, email, display_name) values ($1, 'x', 'x', 'x@example.org', 'X')`,
    [userId],
  )
  await issue(database.dataSource, seller, classId, 1_000n)
})
afterAll(() => database.drop())

const held = (purpose: 'JOB' | 'TRANSFER', purposeId: string, amount: bigint) =>
  hold(database.dataSource, {
    purpose,
    purposeId,
    organizationId: seller,
    classId,
    amount,
    description: 'Held',
  })

async function found() {
  const { discrepancies } = await reconcile(database.dataSource)
  return discrepancies.map(({ reason, resource }) => [reason, resource])
}

async function transfer(id: string, state: string): Promise<void> {
  await database.dataSource.query(
    `insert into credit_transfers
     select * from jsonb_populate_record(null::credit_transfers, $1::jsonb)`,
    [
      JSON.stringify({
        id,
        direction: 'SELL',
        seller_id: seller,
        buyer_id: buyer,
        class_id: classId,
        amount: 50,
        price_per_credit_micros: 0,
        currency_code: 'EUR',
        category: 'SALE',
        state,
        proposer_id: userId,
        recommender_ids: [],
        attachments: [],
        request_hash: '\\x00',
        ...Object.fromEntries(
          ['expire_time', 'create_time', 'update_time', 'public_update_time'].map((name) => [
            name,
            new Date(Date.now() + 60_000).toISOString(),
          ]),
        ),
        ...{ step_count: 1, public_step_count: 1 },
      }),
    ],
  )
}

test('what agrees has no discrepancy, and its lines add up', async () => {
  const { lines, discrepancies } = await reconcile(database.dataSource)
  expect(discrepancies).toEqual([])
  expect(lines).toEqual([
    {
      classId,
      issued: 1_000n,
      available: 1_000n,
      held: 0n,
      used: 0n,
      reduced: 0n,
      jobHolds: 0n,
      transferHolds: 0n,
    },
  ])
})

test('a hold of no job or transfer is found, until it ends', async () => {
  const [job, trade] = [randomUUID(), randomUUID()]
  await held('JOB', job, 10n)
  await held('TRANSFER', trade, 20n)
  expect(await found()).toEqual([
    ['HOLD_WITHOUT_JOB', `organizations/seller/jobs/${job}`],
    ['HOLD_WITHOUT_TRANSFER', `transfers/${trade}`],
  ])
  const release = { capture: 0n, to: { kind: 'SINK' }, description: 'Released' } as const
  await settleHolds(database.dataSource, [
    { ...release, purpose: 'JOB', purposeId: job },
    { ...release, purpose: 'TRANSFER', purposeId: trade },
  ])
  expect(await found()).toEqual([])
})

test('a transfer that is not held, held otherwise, or not booked is found', async () => {
  const id = randomUUID()
  await transfer(id, 'PROPOSED')
  expect(await found()).toEqual([['TRANSFER_WITHOUT_HOLD', `transfers/${id}`]])
  await held('TRANSFER', id, 49n)
  expect(await found()).toEqual([['TRANSFER_HOLD_DIFFERS', `transfers/${id}`]])
  await settleHolds(database.dataSource, [
    {
      purpose: 'TRANSFER',
      purposeId: id,
      capture: 49n,
      to: { kind: 'AVAILABLE', organizationId: buyer },
      description: 'Sold',
    },
  ])
  expect(await found()).toEqual([
    ['TRANSFER_WITHOUT_HOLD', `transfers/${id}`],
    ['TRANSFER_NOT_BOOKED', `transfers/${id}`],
  ])
})

test('a class whose balances were changed is found', async () => {
  const change = (kind: string, by: number) =>
    database.dataSource.query(
      `update credit_accounts set balance = balance + $2 where class_id = $1 and kind = $3`,
      [classId, by, kind],
    )
  await change('HELD', 5)
  expect((await found()).slice(0, 2)).toEqual([
    ['CLASS_UNBALANCED', 'creditClasses/compute'],
    ['HELD_DIFFERS_FROM_HOLDS', 'creditClasses/compute'],
  ])
})
