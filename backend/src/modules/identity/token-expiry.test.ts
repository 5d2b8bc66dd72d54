import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts'
import { warnOfExpiry } from './token-expiry.ts'

const user = '0197a000-0000-7000-8000-000000000001'
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await database.dataSource.query(
    `insert into users (id, issuer, subject, email, email_verified, display_name)
     values ($1, 'iss', 'sub', 'alice@example.org', true, 'Alice')`,
    [user],
  )
})
beforeEach(async () => {
  await database.dataSource.query('delete from api_tokens')
  await database.dataSource.query('delete from outbox')
})
afterAll(() => database.drop())

/** A token made for so long that has so long to go. */
async function token(name: string, lifetime: string, left: string): Promise<void> {
  await database.dataSource.query(
    `insert into api_tokens (id, user_id, display_name, hash, prefix, scopes, create_time, expire_time)
     values (gen_random_uuid(), $1, $2, sha256($2::text::bytea), 'flt_', '{jobs.read}',
       now() + $4::interval - $3::interval, now() + $4::interval)`,
    [user, name, lifetime, left],
  )
}

/** As if so much time had gone by. */
const pass = (time: string) =>
  database.dataSource.query(
    `update api_tokens set create_time = create_time - $1::interval, expire_time = expire_time - $1::interval`,
    [time],
  )

async function told(): Promise<string[]> {
  const rows: { payload: { display_name: string } }[] = await database.dataSource.query(
    `select payload from outbox where routing_key = 'identity.token_expiring.-' order by id`,
  )
  return rows.map(({ payload }) => payload.display_name)
}

test('a user is told a week before a token expires and a day before, each once', async () => {
  await token('script', '90 days', '7 days 1 hour')
  expect(await warnOfExpiry(database.dataSource)).toBe(0)
  await pass('2 hours')
  expect(await warnOfExpiry(database.dataSource)).toBe(1)
  expect(await warnOfExpiry(database.dataSource)).toBe(0)
  await pass('6 days')
  expect(await warnOfExpiry(database.dataSource)).toBe(1)
  expect(await warnOfExpiry(database.dataSource)).toBe(0)
  await pass('1 day')
  expect(await warnOfExpiry(database.dataSource)).toBe(0)
  expect(await told()).toEqual(['script', 'script'])
  const [event] = await database.dataSource.query('select payload from outbox order by id limit 1')
  expect(event.payload).toEqual({
    token: expect.any(String),
    user,
    display_name: 'script',
    expire_time: expect.any(String),
  })
})

test.each([
  ['90 days', '12 hours', 1, 'after workers were away for the week before, one warning'],
  ['7 days', '6 days 23 hours', 0, 'made for a week, it is new'],
  ['7 days', '23 hours', 1, 'made for a week, its last day'],
  ['1 day', '23 hours', 0, 'made for a day, it is new'],
  ['90 days', '-1 minute', 0, 'it has expired'],
])('made for %s with %s left: %i warnings (%s)', async (lifetime, left, expected) => {
  await token('one', lifetime, left)
  expect(await warnOfExpiry(database.dataSource)).toBe(expected)
  expect(await warnOfExpiry(database.dataSource)).toBe(0)
})

test('several workers at once tell of each token once', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `t${index}`)
  for (const name of names) await token(name, '30 days', '3 days')
  await Promise.all(Array.from({ length: 4 }, () => warnOfExpiry(database.dataSource)))
  while ((await warnOfExpiry(database.dataSource)) > 0);
  expect((await told()).sort()).toEqual(names.sort())
})
