import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { seenError } from '../../../testing/service-error.ts'
import { idOf, startTransferWorld, type TransferWorld } from './testing/transfer-world.ts'
import type { TransferState } from './transfer-state.ts'

const ROUNDS = 30
const AT_ONCE = 6

let world: TransferWorld
beforeAll(async () => {
  world = await startTransferWorld()
})
afterAll(() => world.stop())

/** What must be so whatever happened: the ledger, the holds and the transfers say the same. */
afterEach(async () => {
  const { dataSource } = world.backend.database
  const [sums] = await dataSource.query(
    `select
       (select count(*)::int from (
         select transaction_id from credit_postings group by transaction_id having sum(amount) <> 0) as wrong) as unbalanced,
       (select coalesce(sum(balance), 0) from credit_accounts where kind = 'HELD') as held,
       (select coalesce(sum(amount), 0) from credit_holds where state = 'OPEN') as open,
       (select coalesce(sum(amount), 0) from credit_transfers where
         (state = 'PROPOSED' and direction = 'SELL')
         or state in ('ACCEPTED', 'RECOMMENDED_FOR_APPROVAL', 'RECOMMENDED_FOR_REJECTION', 'APPROVED')) as pending,
       (select count(*)::int from credit_transactions where kind = 'TRANSFER') as moved,
       (select count(distinct reference_id)::int from credit_transactions where kind = 'TRANSFER') as transfers,
       (select count(*)::int from credit_transfers where state = 'RECORDED') as recorded,
       (select count(*)::int from credit_transfers as transfer where step_count <> (
         select count(*) from credit_transfer_steps where transfer_id = transfer.id)) as miscounted`,
  )
  expect(sums).toMatchObject({ unbalanced: 0, miscounted: 0, held: sums.open, pending: sums.open })
  expect(sums.moved).toBe(sums.transfers)
  expect(sums.moved).toBe(sums.recorded)
})

interface Race {
  readonly from: TransferState
  /** Who wants what at the same moment; true when it was done. */
  readonly contenders: readonly ((id: string) => Promise<unknown>)[]
  /** Before they start. */
  readonly prepare?: (id: string, round: number) => Promise<unknown>
  readonly winners: number
}

/** How often each contender won. Who is sent off first changes from round to round. */
async function run({
  from,
  contenders,
  prepare,
  winners,
}: Race): Promise<{ wins: number[]; ends: Map<string, number> }> {
  const wins = contenders.map(() => 0)
  const ends = new Map<string, number>()
  const round = async (number: number) => {
    const id = await world.driveTo(from)
    await prepare?.(id, number)
    const order = contenders.map((_, index) => (index + number) % contenders.length)
    const outcomes = await Promise.all(
      order.map((index) =>
        contenders[index]!(id).then(
          (done) => ({ index, won: done !== 0, failure: undefined }),
          (error) => ({ index, won: false, failure: seenError(error) }),
        ),
      ),
    )
    for (const { index, won, failure } of outcomes) {
      if (won) wins[index]! += 1
      if (failure !== undefined) expect(failure.code).toBe('FAILED_PRECONDITION')
    }
    expect(outcomes.filter(({ won }) => won)).toHaveLength(winners)
    const { state } = await world.stored(id)
    ends.set(state, (ends.get(state) ?? 0) + 1)
  }
  for (let number = 0; number < ROUNDS; number += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => round(number + index)))
  }
  expect(wins.reduce((sum, count) => sum + count, 0)).toBe(winners * ROUNDS)
  return { wins, ends }
}

const patient = { timeout: 120_000 }

test('of two directors who approve at once one does, and the credits move once', patient, async () => {
  const before = await world.balance('south')
  const { ends } = await run({
    from: 'RECOMMENDED_FOR_APPROVAL',
    contenders: [(id) => world.approve('diana', id), (id) => world.approve('derek', id)],
    winners: 1,
  })
  expect(ends).toEqual(new Map([['RECORDED', ROUNDS]]))
  expect((await world.balance('south')).available - before.available).toBe(100n * BigInt(ROUNDS))
})

test('either it is taken back or it is approved', patient, async () => {
  const { wins, ends } = await run({
    from: 'RECOMMENDED_FOR_REJECTION',
    contenders: [(id) => world.rescind('nick', id), (id) => world.approve('diana', id)],
    winners: 1,
  })
  expect(ends.get('RESCINDED') ?? 0).toBe(wins[0])
  expect(ends.get('RECORDED') ?? 0).toBe(wins[1])
})

test('either it is approved or it is declined', patient, async () => {
  await run({
    from: 'RECOMMENDED_FOR_APPROVAL',
    contenders: [(id) => world.approve('diana', id), (id) => world.decline('derek', id)],
    winners: 1,
  })
})

test('of two who accept at once one does, and signs alone', patient, async () => {
  await run({
    from: 'PROPOSED',
    contenders: [(id) => world.accept('sara', id), (id) => world.accept('saul', id)],
    winners: 1,
  })
  const [doubly] = await world.backend.database.dataSource.query(
    `select count(*)::int as count from credit_transfers as transfer
     where (select count(distinct user_id) from credit_transfer_signatures where transfer_id = transfer.id) > 2`,
  )
  expect(doubly.count).toBe(0)
})

test('either a proposal is accepted or it is refused', patient, async () => {
  await run({
    from: 'PROPOSED',
    contenders: [(id) => world.accept('sara', id), (id) => world.refuse('saul', id)],
    winners: 1,
  })
})

test('either a proposal is refused or it is taken back', patient, async () => {
  await run({
    from: 'PROPOSED',
    contenders: [(id) => world.refuse('saul', id), (id) => world.rescind('nick', id)],
    winners: 1,
  })
})

test('a recommendation and taking back never both come last', patient, async () => {
  const { dataSource } = world.backend.database
  const ids = await Promise.all(Array.from({ length: ROUNDS }, () => world.driveTo('ACCEPTED')))
  await Promise.allSettled(ids.flatMap((id) => [world.recommend('oscar', id), world.rescind('nick', id)]))
  const ends = await dataSource.query('select distinct state from credit_transfers where id = any($1)', [ids])
  expect(ends).toEqual([{ state: 'RESCINDED' }])
})

test('either it expires or it is accepted, and never accepted after its time', patient, async () => {
  const { dataSource } = world.backend.database
  let expired = 0
  for (let number = 0; number < ROUNDS; number++) {
    const id = await world.driveTo('PROPOSED')
    await dataSource.query(
      `update credit_transfers set expire_time = clock_timestamp() + $2 * interval '1 ms' where id = $1`,
      [id, number % 10],
    )
    const accepted = await Promise.all([
      world.accept('sara', id).then(
        () => true,
        (error) => {
          expect(['TRANSFER_EXPIRED', 'TRANSFER_STATE']).toContain(seenError(error).reason)
          return false
        },
      ),
      sweepUntilOver(id),
    ])
    const [row] = await dataSource.query(
      'select state, accept_time <= expire_time as in_time from credit_transfers where id = $1',
      [id],
    )
    expect(row.state).toBe(accepted[0] ? 'ACCEPTED' : 'EXPIRED')
    if (accepted[0]) expect(row.in_time).toBe(true)
    else expired += 1
  }
  expect(expired).toBeGreaterThan(0)
})

async function sweepUntilOver(id: string): Promise<void> {
  while ((await world.stored(id)).state === 'PROPOSED') await world.sweep()
}

test('of two records, by the operator and by workers, one moves the credits', patient, async () => {
  const before = await world.balance('south')
  const due = (id: string) =>
    world.backend.database.dataSource.query(
      `update credit_transfers set effective_date = (now() at time zone 'UTC')::date where id = $1`,
      [id],
    )
  const ids = await Promise.all(Array.from({ length: ROUNDS }, () => world.driveTo('APPROVED')))
  await Promise.all(ids.map(due))
  const outcomes = await Promise.all([
    ...ids.map((id) =>
      world.record('olivia', [id]).then(
        () => 1,
        () => 0,
      ),
    ),
    ...ids.map((id) =>
      world.record('diana', [id]).then(
        () => 1,
        () => 0,
      ),
    ),
    ...Array.from({ length: 4 }, () => world.sweep()),
  ])
  expect(outcomes.reduce((sum, count) => sum + count, 0)).toBe(ROUNDS)
  expect((await world.balance('south')).available - before.available).toBe(100n * BigInt(ROUNDS))
})

test('bulk records of the same transfers in another order do not lock each other up', patient, async () => {
  const before = await world.balance('south')
  for (let number = 0; number < 5; number++) {
    const ids = await Promise.all(Array.from({ length: 10 }, () => world.driveTo('APPROVED')))
    const outcomes = await Promise.allSettled([
      world.record('olivia', ids),
      world.record('diana', ids.toReversed()),
    ])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  }
  expect((await world.balance('south')).available - before.available).toBe(5_000n)
})

test(
  'of offers that together are too many, only as many are made as there are credits',
  patient,
  async () => {
    const { available } = await world.balance('north')
    const amount = available / 10n
    const made = await Promise.all(
      Array.from({ length: 25 }, () =>
        world.propose('nora', { amount }).then(idOf, (error) => {
          expect(seenError(error).reason).toBe('INSUFFICIENT_CREDITS')
          return undefined
        }),
      ),
    )
    expect(made.filter((id) => id !== undefined)).toHaveLength(10)
    expect((await world.balance('north')).available).toBe(available - 10n * amount)
  },
)
