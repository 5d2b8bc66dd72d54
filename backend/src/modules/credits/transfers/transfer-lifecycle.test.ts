import { randomUUID } from 'node:crypto'
import { TransferReviewServiceService as reviewService } from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import {
  TransferDirection,
  TransferServiceService as transferService,
} from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../../../testing/service-error.ts'
import { dateIn, idOf, startTransferWorld, type TransferWorld } from './testing/transfer-world.ts'
import { transferStates } from './transfer-state.ts'

// Each drives a few transfers through all of their steps, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

let world: TransferWorld
beforeAll(async () => {
  world = await startTransferWorld()
})
afterAll(() => world.stop())

const buy = {
  direction: TransferDirection.TRANSFER_DIRECTION_BUY,
  partner: 'organizations/north',
} as const

/** How much available and held changed meanwhile. */
async function changes(work: () => Promise<unknown>) {
  const before = await Promise.all([world.balance('north'), world.balance('south')])
  await work()
  const after = await Promise.all([world.balance('north'), world.balance('south')])
  const [north, south] = after.map(({ available, held }, index) => [
    available - before[index]!.available,
    held - before[index]!.held,
  ])
  return { north, south }
}
const nothing = { north: [0n, 0n], south: [0n, 0n] }

async function eventsOf(id: string) {
  const found: { routing_key: string; payload: Record<string, unknown> }[] =
    await world.backend.database.dataSource.query(
      `select routing_key, payload from outbox where payload ->> 'transfer' = $1 order by id`,
      [id],
    )
  return found.map(({ routing_key, payload }) => ({ event: routing_key.split('.')[1], ...payload }))
}

describe('credits', () => {
  test('that are offered are held from the proposal on, and are the buyer’s when it is approved', async () => {
    let id = ''
    expect(await changes(async () => (id = idOf(await world.propose('nora'))))).toEqual({
      ...nothing,
      north: [-100n, 100n],
    })
    expect(await changes(() => world.accept('sara', id))).toEqual(nothing)
    expect(await changes(() => world.recommend('oscar', id))).toEqual(nothing)
    expect(await changes(() => world.approve('diana', id))).toEqual({ north: [0n, -100n], south: [100n, 0n] })
    const recorded = await world.get('sara', id)
    expect(recorded).toMatchObject({
      state: 'TRANSFER_STATE_RECORDED',
      seller: 'organizations/north',
      buyer: 'organizations/south',
    })
    expect(recorded.recordTime).toBeInstanceOf(Date)
    expect((await eventsOf(id)).map(({ event }) => event)).toEqual([
      'transfer_proposed',
      'transfer_accepted',
      'transfer_recommended',
      'transfer_recorded',
    ])
  })

  test('that are asked for are held when the seller accepts, and not before', async () => {
    let id = ''
    expect(await changes(async () => (id = idOf(await world.propose('sara', buy))))).toEqual(nothing)
    expect(await changes(() => world.accept('nora', id))).toEqual({ ...nothing, north: [-100n, 100n] })
    await world.recommend('oscar', id)
    expect(await changes(() => world.approve('diana', id))).toEqual({ north: [0n, -100n], south: [100n, 0n] })
  })

  const ends = transferStates.filter((state) =>
    ['REFUSED', 'RESCINDED', 'EXPIRED', 'DECLINED'].includes(state),
  )
  test.each(
    ends.flatMap((state) => (['SELL', 'BUY'] as const).map((direction) => [state, direction] as const)),
  )('are the seller’s again when it is %s (%s)', async (state, direction) => {
    const before = await openHolds()
    expect(await changes(() => world.driveTo(state, direction))).toEqual(nothing)
    expect(await openHolds()).toBe(before)
  })

  test.each(['ACCEPTED', 'RECOMMENDED_FOR_APPROVAL', 'RECOMMENDED_FOR_REJECTION'] as const)(
    'are the seller’s again when either side takes back what is %s',
    async (state) => {
      for (const by of ['nick', 'saul'] as const) {
        expect(
          await changes(async () => world.rescind(by, await world.driveTo(state), 'We changed our mind.')),
        ).toEqual(nothing)
      }
    },
  )

  test('wait for the effective date, on which a worker records once, or for the operator before it', async () => {
    const id = await world.driveTo('APPROVED')
    expect(await world.stored(id)).toMatchObject({ state: 'APPROVED' })
    expect(await world.sweep()).toBe(0)
    expect(await eventsOf(id)).toContainEqual(
      expect.objectContaining({ event: 'transfer_approved', effective_date: dateIn(10) }),
    )
    await world.backend.database.dataSource.query(
      `update credit_transfers set effective_date = (now() at time zone 'UTC')::date where id = $1`,
      [id],
    )
    expect(
      await changes(async () => {
        const recorded = await Promise.all(Array.from({ length: 6 }, () => world.sweep()))
        expect(recorded.reduce((sum, count) => sum + count, 0)).toBe(1)
      }),
    ).toEqual({ north: [0n, -100n], south: [100n, 0n] })
    expect((await world.get('nora', id)).steps.at(-1)).toMatchObject({
      action: 'TRANSFER_ACTION_RECORD',
      userDisplayName: '',
    })

    const early = await world.driveTo('APPROVED')
    expect(await changes(() => world.record('olivia', [early]))).toEqual({
      north: [0n, -100n],
      south: [100n, 0n],
    })
  })

  test('that expired after approval are given back, not transferred', async () => {
    const { dataSource } = world.backend.database
    const id = await world.driveTo('APPROVED')
    await dataSource.query(
      `update credit_transfers set effective_date = (now() at time zone 'UTC')::date where id = $1`,
      [id],
    )
    await dataSource.query(`update credit_classes set expire_time = now() where id = $1`, [world.classId])
    try {
      expect(await failureOf(world.record('olivia', [id]))).toMatchObject({ reason: 'CLASS_EXPIRED' })
      expect(await changes(() => world.sweep())).toEqual({ ...nothing, north: [100n, -100n] })
      expect(await world.stored(id)).toMatchObject({ state: 'EXPIRED' })
    } finally {
      await dataSource.query(`update credit_classes set expire_time = null where id = $1`, [world.classId])
    }
  })
})

async function openHolds(): Promise<number> {
  const [row] = await world.backend.database.dataSource.query(
    `select count(*)::int as count from credit_holds where state = 'OPEN'`,
  )
  return row.count
}

describe('a dry run', () => {
  test('of a proposal answers as if, and leaves nothing', async () => {
    const { dataSource } = world.backend.database
    const count = async () =>
      (await dataSource.query('select count(*)::int as count from credit_transfers'))[0].count
    const before = await count()
    expect(
      await changes(async () => {
        const answer = await world.propose('nora', { dryRun: true, comment: 'Only asking.' })
        expect(answer).toMatchObject({
          state: 'TRANSFER_STATE_PROPOSED',
          amount: 100n,
          comments: [{ text: 'Only asking.' }],
        })
        expect(answer.signedDeclarations).toHaveLength(2)
      }),
    ).toEqual(nothing)
    expect(await count()).toBe(before)
    expect(await failureOf(world.propose('nora', { dryRun: true, amount: 10_000_000n }))).toMatchObject({
      reason: 'INSUFFICIENT_CREDITS',
      fields: ['amount'],
    })
  })

  test('of a record answers as if, and leaves nothing', async () => {
    const ids = [await world.driveTo('APPROVED'), await world.driveTo('APPROVED')]
    expect(
      await changes(async () => {
        const answer = await world.record('diana', ids, true)
        expect(answer).toMatchObject([{ state: 'REVIEW_STATE_RECORDED' }, { state: 'REVIEW_STATE_RECORDED' }])
      }),
    ).toEqual(nothing)
    for (const id of ids) expect(await world.stored(id)).toMatchObject({ state: 'APPROVED' })
  })
})

test('a bulk record takes all or none, and names each that it cannot', async () => {
  const good = await Promise.all(Array.from({ length: 5 }, () => world.driveTo('APPROVED')))
  const bad = await world.driveTo('DECLINED')
  const missing = randomUUID()
  expect(
    await changes(async () => {
      const failure = await failureOf(world.record('olivia', [...good, bad, missing]))
      expect(failure).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'TRANSFERS_NOT_RECORDABLE' })
      expect(failure.fields).toEqual(['names[5]', 'names[6]'])
    }),
  ).toEqual(nothing)
  expect(await changes(() => world.record('olivia', good))).toEqual({ north: [0n, -500n], south: [500n, 0n] })
})

describe('a request_id', () => {
  test('gives a repeat the first transfer, also when repeats come at once', async () => {
    const requestId = randomUUID()
    expect(
      await changes(async () => {
        const made = await Promise.all(Array.from({ length: 8 }, () => world.propose('nora', { requestId })))
        expect(new Set(made.map(idOf)).size).toBe(1)
      }),
    ).toEqual({ ...nothing, north: [-100n, 100n] })
  })

  test('with another body is refused', async () => {
    const requestId = randomUUID()
    await world.propose('nora', { requestId })
    expect(await failureOf(world.propose('nora', { requestId, amount: 101n }))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'REQUEST_ID_REUSED',
    })
  })

  test('keeps a comment from being said twice', async () => {
    const id = await world.driveTo('PROPOSED')
    const request = {
      name: `transferReviews/${id}`,
      text: 'Looks fine.',
      public: true,
      requestId: randomUUID(),
    }
    await world.backend.call(reviewService.commentOnReview, request, world.token.oscar)
    await world.backend.call(reviewService.commentOnReview, request, world.token.oscar)
    expect((await world.get('nora', id)).comments).toHaveLength(1)
    expect(
      await failureOf(
        world.backend.call(reviewService.commentOnReview, { ...request, text: 'Or not.' }, world.token.oscar),
      ),
    ).toMatchObject({ reason: 'REQUEST_ID_REUSED' })
  })
})

test('declarations are signed with their text as it was, and whoever read old ones is told', async () => {
  const { backend, token } = world
  const { declarations } = await backend.call(transferService.listDeclarations, {}, token.nora)
  const texts = declarations.map(({ text }) => text)
  const before = await world.driveTo('PROPOSED')
  try {
    const changed = await backend.call(
      reviewService.setDeclarations,
      { texts: [texts[0]!, 'Another statement.'] },
      token.olivia,
    )
    expect(changed.declarations[0]).toEqual(declarations[0])
    expect(await failureOf(world.accept('sara', before))).toMatchObject({
      reason: 'DECLARATION_OUTDATED',
      fields: ['declarations'],
    })
    const { signedDeclarations } = await world.get('sara', before)
    expect(signedDeclarations.map(({ text, userDisplayName }) => [text, userDisplayName])).toEqual(
      texts.map((text) => [text, 'nora']),
    )
  } finally {
    await backend.call(reviewService.setDeclarations, { texts }, token.olivia)
  }
})

test('an etag of an earlier state is refused, and a comment does not change it', async () => {
  const proposed = await world.propose('nora')
  const id = idOf(proposed)
  await world.backend.call(
    transferService.commentOnTransfer,
    { name: proposed.name, text: 'Any questions?', requestId: '' },
    world.token.nora,
  )
  const accepted = await world.accept('sara', id, proposed.etag)
  expect(accepted.etag).not.toBe(proposed.etag)
  const request = { name: proposed.name, reason: '', etag: proposed.etag }
  expect(
    await failureOf(world.backend.call(transferService.rescindTransfer, request, world.token.nora)),
  ).toMatchObject({ code: 'ABORTED', reason: 'ETAG_MISMATCH' })
})

test('lists are paged: a side’s by its latest proposal, the operator’s by the longest wait', async () => {
  const { backend, token } = world
  const waiting = [await world.driveTo('ACCEPTED'), await world.driveTo('RECOMMENDED_FOR_APPROVAL')]
  const listed: string[] = []
  let pageToken = ''
  do {
    const page = await backend.call(
      transferService.listTransfers,
      {
        parent: 'organizations/north',
        pageSize: 7,
        pageToken,
        states: ['TRANSFER_STATE_ACCEPTED'],
        creditClass: 'creditClasses/credits-2026',
      },
      token.noah,
    )
    listed.push(...page.transfers.map(idOf))
    pageToken = page.nextPageToken
  } while (pageToken !== '')
  expect(listed.slice(0, 2)).toEqual([...waiting].reverse())
  expect(new Set(listed).size).toBe(listed.length)

  const queue: string[] = []
  do {
    const page = await backend.call(
      reviewService.listReviews,
      { pageSize: 7, pageToken, states: [], organization: '' },
      token.diana,
    )
    queue.push(...page.reviews.map(idOf))
    pageToken = page.nextPageToken
  } while (pageToken !== '')
  const [total] = await backend.database.dataSource.query(
    'select count(*)::int as count from credit_transfers',
  )
  expect(new Set(queue).size).toBe(total.count)
  expect(queue.length).toBe(total.count)
  expect(queue.indexOf(waiting[0]!)).toBeLessThan(queue.indexOf(waiting[1]!))
  const rest = await Promise.all(queue.slice(listed.length).map((id) => world.stored(id)))
  expect(
    rest.some(({ state }) =>
      ['ACCEPTED', 'RECOMMENDED_FOR_APPROVAL', 'RECOMMENDED_FOR_REJECTION'].includes(state),
    ),
  ).toBe(false)
})

test('a review compares both parties and says what they will have', async () => {
  const id = await world.driveTo('ACCEPTED')
  const review = await world.review('oscar', id)
  const [north, south] = [await world.balance('north'), await world.balance('south')]
  expect(review.seller).toMatchObject({
    organization: 'organizations/north',
    balance: { available: north.available, held: north.held },
    balanceAfter: north.available + north.held - 100n,
  })
  expect(review.buyer).toMatchObject({ balanceAfter: south.available + south.held + 100n })
  expect(review.buyer!.boughtInYear).toBe(review.seller!.soldInYear)
  expect(review.buyer!.recordedTransfers).toBeGreaterThan(0)
  expect(review.waitTime).toBeInstanceOf(Date)
})

test('partners are the other members, by name', async () => {
  const ask = (query: string) =>
    world.backend.call(
      transferService.listTradePartners,
      { parent: 'organizations/north', query },
      world.token.noah,
    )
  expect((await ask('')).partners.map(({ organization }) => organization)).toEqual([
    'organizations/east',
    'organizations/south',
  ])
  expect((await ask('LAB')).partners).toEqual([
    { organization: 'organizations/south', displayName: 'Southern Lab' },
  ])
  expect((await ask('%')).partners).toEqual([])
})

test('what was done, said and signed is only added to', async () => {
  const id = await world.driveTo('ACCEPTED')
  const { dataSource } = world.backend.database
  for (const table of ['credit_transfer_steps', 'credit_transfer_signatures']) {
    await expect(dataSource.query(`delete from ${table} where transfer_id = $1`, [id])).rejects.toThrow(
      'only added to',
    )
    await expect(
      dataSource.query(`update ${table} set time = now() where transfer_id = $1`, [id]),
    ).rejects.toThrow('only added to')
    await expect(dataSource.query(`truncate ${table}`)).rejects.toThrow('only added to')
  }
})
