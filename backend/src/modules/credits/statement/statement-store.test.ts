import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { post, type TransactionKind } from '../ledger/index.ts'
import { addClass, addOrganization, transfer } from '../testing/ledger-fixture.ts'
import type { StatementLine } from './statement-line.ts'
import { type StatementFilter, StatementStore } from './statement-store.ts'

/** More than are looked at, or read for a file, at once. */
const COUNT = 5_500

let database: TestDatabase
let store: StatementStore
let classId: string
let lab: string
let other: string

beforeAll(async () => {
  database = await createTestDatabase()
  const { dataSource } = database
  store = new StatementStore(dataSource)
  classId = await addClass(dataSource)
  lab = await addOrganization(dataSource)
  other = await addOrganization(dataSource)
  // Of every thousandth transaction the kind is another one. Times of three differ by microseconds, which no Date has.
  await dataSource.query(
    `with made as (
       select n, gen_random_uuid() as id, timestamptz '2026-01-01' + n / 3 * interval '1 s' + n % 3 * interval '1 us'
         as time, case when n % 1000 = 0 then 'JOB_HOLD' else 'TRANSFER' end as kind
       from generate_series(1, $3) as n
     ), transactions as (
       insert into credit_transactions (id, kind, class_id, time, description)
       select id, kind, $1, time, n::text from made
     ), accounts as (
       insert into credit_accounts (id, class_id, organization_id, kind, balance, posting_count, last_time)
       select credit_account_id('AVAILABLE', $1, $2), $1, $2, 'AVAILABLE', $3, $3, max(time) from made
     )
     insert into credit_postings (account_id, sequence, transaction_id, organization_id, class_id, account_kind, amount,
       balance_after, time)
     select credit_account_id('AVAILABLE', $1, $2), n, id, $2, $1, 'AVAILABLE', 1, n, time from made`,
    [classId, lab, COUNT],
  )
})
afterAll(() => database.drop())

const numbers = (lines: readonly StatementLine[]) => lines.map(({ description }) => Number(description))

async function pages(filter: Partial<StatementFilter>, size: number): Promise<number[]> {
  const found: number[] = []
  let after: Awaited<ReturnType<StatementStore['page']>>['next']
  do {
    const page = await store.page(
      { organizationId: lab, kinds: [], order: 'newest first', ...filter },
      after,
      size,
    )
    found.push(...numbers(page.lines))
    after = page.next
  } while (after !== undefined)
  return found
}

const all = Array.from({ length: COUNT }, (_, index) => COUNT - index)
const kinds: TransactionKind[] = ['JOB_HOLD']

describe('pages', () => {
  test('have every line once, whatever their size, also where times differ by microseconds', async () => {
    expect(await pages({}, 499)).toEqual(all)
    expect(await pages({ classId }, 500)).toEqual(all)
  })

  test.each([1, 2, 5, 50])('of %i find kinds that are far apart', async (size) => {
    expect(await pages({ kinds }, size)).toEqual([5_000, 4_000, 3_000, 2_000, 1_000])
    expect(await pages({ kinds, classId }, size)).toEqual([5_000, 4_000, 3_000, 2_000, 1_000])
  })

  test('of a period begin and end with it', async () => {
    const startTime = new Date('2026-01-01T00:10:00Z')
    const endTime = new Date('2026-01-01T00:10:02Z')
    expect(await pages({ startTime, endTime }, 4)).toEqual([1805, 1804, 1803, 1802, 1801, 1800])
    expect(await pages({ startTime, endTime, classId }, 4)).toEqual([1805, 1804, 1803, 1802, 1801, 1800])
  })
})

describe('a whole statement', () => {
  const filter = { organizationId: lab, kinds: [], order: 'oldest first' as const }

  async function whole(
    more: Partial<StatementFilter>,
    afterFirst?: () => Promise<unknown>,
  ): Promise<number[]> {
    const found: number[] = []
    let begun = false
    for await (const lines of store.all({ ...filter, organizationId: lab, ...more })) {
      found.push(...numbers(lines))
      if (!begun) await afterFirst?.()
      begun = true
    }
    return found
  }

  test('has every line once, oldest first', async () => {
    expect(await whole({})).toEqual(all.toReversed())
    expect(await whole({ classId })).toEqual(all.toReversed())
    expect(await whole({ kinds })).toEqual([1_000, 2_000, 3_000, 4_000, 5_000])
  })

  test('is the one of the moment when it is begun', async () => {
    const found = await whole({}, async () => {
      const [outcome] = await post(database.dataSource, [transfer(lab, other, classId, 1n)])
      expect(outcome?.kind).toBe('posted')
    })
    expect(found).toHaveLength(COUNT)
    expect(await whole({})).toHaveLength(COUNT + 1)
  })
})
