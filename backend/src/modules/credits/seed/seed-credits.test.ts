import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { createIdentityReader, type IdentityService, readSeed, seedIdentity } from '../../identity/index.ts'
import { organizationBalances } from '../ledger/index.ts'
import { readCreditsSeed, seedCredits } from './index.ts'

/** What `npm start` sows. */
const file = join(import.meta.dirname, '../../../../../dev/seed/organizations.json')
const json = JSON.parse(readFileSync(file, 'utf8'))

let database: TestDatabase
let identity: IdentityService
const now = new Date()
const sow = async (at = now) => {
  const seed = readCreditsSeed(json.credits, at)
  if (seed === undefined) throw new Error('the seed has no credits')
  const jobServices = ['cutout', 'preview', 'connections', 'workflow']
  return seedCredits({ dataSource: database.dataSource, identity, jobServices, now: at }, seed)
}

beforeAll(async () => {
  database = await createTestDatabase()
  await seedIdentity(database.dataSource, readSeed(json))
  identity = createIdentityReader(database.dataSource)
})
afterAll(() => database.drop())

async function everything() {
  const counts: Record<string, number> = {}
  for (const table of [
    'classes',
    'prices',
    'declarations',
    'bookings',
    'transfers',
    'transactions',
    'holds',
  ]) {
    const [found] = await database.dataSource.query(`select count(*)::int as count from credit_${table}`)
    counts[table] = found.count
  }
  return counts
}

async function states(table: string, name: string) {
  const found: { state: string; count: number }[] = await database.dataSource.query(
    `select ${name} as state, count(*)::int as count from ${table} group by 1 order by 1`,
  )
  return Object.fromEntries(found.map(({ state, count }) => [state, count]))
}

describe('the credits of the demo', () => {
  test('are classes, prices, balances and transfers in every state that people work on', async () => {
    const { added } = await sow()
    expect(added.length).toBeGreaterThan(15)
    expect(await states('credit_bookings', 'state')).toEqual({ BOOKED: 5, SUBMITTED: 1 })
    expect(await states('credit_transfers', 'state')).toEqual({
      ACCEPTED: 1,
      APPROVED: 1,
      PROPOSED: 1,
      RECOMMENDED_FOR_REJECTION: 1,
      RECORDED: 2,
      REFUSED: 1,
    })
    const operator = await identity.organizationBySlug('operator')
    const balances = await organizationBalances(database.dataSource, operator!.id)
    expect(balances.map(({ available }) => available)).toEqual([100_000_000n, 100_000_000n])
    for (const slug of ['survey-institute', 'microwave-lab']) {
      const organization = await identity.organizationBySlug(slug)
      for (const { available, held } of await organizationBalances(database.dataSource, organization!.id)) {
        expect(available).toBeGreaterThan(90_000_000n)
        expect(held).toBeGreaterThanOrEqual(0n)
      }
    }
  })

  test('are not sown twice', async () => {
    await sow()
    const before = await everything()
    expect((await sow()).added).toEqual([])
    expect(await everything()).toEqual(before)
  })

  test('leave what people have changed since as it is', async () => {
    const { dataSource } = database
    await sow()
    await dataSource.query(`delete from credit_prices where service = 'preview'`)
    await dataSource.query(`update credit_classes set display_name = 'Ours'`)
    const before = await everything()
    expect((await sow()).added).toEqual([])
    expect(await everything()).toEqual(before)
    expect(await dataSource.query('select distinct display_name from credit_classes')).toEqual([
      { display_name: 'Ours' },
    ])
  })

  test('get the next class in the next year, and each class is issued once', async () => {
    await sow()
    const next = new Date(Date.UTC(now.getUTCFullYear() + 1, 0, 1))
    const { added } = await sow(next)
    expect(added).toContain(`creditClasses/compute-${now.getUTCFullYear() + 2}`)
    const issued: { code: string; issued: string }[] = await database.dataSource.query(
      `select code, -sum(amount) as issued from credit_postings
       join credit_transactions on credit_transactions.id = transaction_id
       join credit_classes on credit_classes.id = credit_postings.class_id
       where account_kind = 'ISSUANCE' and kind = 'ISSUANCE' group by code`,
    )
    expect(issued.map((each) => each.issued)).toEqual(issued.map(() => '300000000'))
    expect(issued).toHaveLength(3)
  })
})

test.each([
  ['nothing', undefined, undefined],
  ['an unknown field', { ...json.credits, extra: 1 }, 'extra'],
  [
    'an amount that is a number',
    { ...json.credits, prices: [{ ...json.credits.prices[0], perJob: 1 }] },
    'prices[0].perJob',
  ],
])('a seed with %s is read or refused', (_what, credits, problem) => {
  if (problem === undefined) expect(readCreditsSeed(credits, now)).toBeUndefined()
  else expect(() => readCreditsSeed(credits, now)).toThrow(problem)
})
