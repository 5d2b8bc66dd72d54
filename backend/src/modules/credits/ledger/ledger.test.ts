import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { addClass, addOrganization, issuance, issue, transfer } from '../testing/ledger-fixture.ts'
import {
  AMOUNT_MAX,
  accountId,
  balancesOf,
  hold,
  Ledger,
  type NewTransaction,
  organizationBalances,
  post,
  postAll,
  reverse,
  settleHolds,
  transactionsById,
} from './index.ts'

let database: TestDatabase
let classId: string
let alpha: string
let beta: string
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  classId = await addClass(database.dataSource)
  alpha = await addOrganization(database.dataSource)
  beta = await addOrganization(database.dataSource)
})

const available = async (organizationId: string) =>
  (await balancesOf(database.dataSource, [{ organizationId, classId }]))[0]?.available
const held = async (organizationId: string) =>
  (await balancesOf(database.dataSource, [{ organizationId, classId }]))[0]?.held
const move = (amount: bigint, more: Partial<NewTransaction> = {}): NewTransaction => ({
  ...transfer(alpha, beta, classId, amount),
  ...more,
})
const countOf = async (table: string) =>
  Number(
    (await database.dataSource.query(`select count(*) from ${table} where class_id = $1`, [classId]))[0]
      .count,
  )
const jobHold = (purposeId: string, amount: bigint, organizationId = alpha) =>
  hold(database.dataSource, {
    purpose: 'JOB',
    purposeId,
    organizationId,
    classId,
    amount,
    description: 'Job',
  })

test('an account has the same id here and in the database', async () => {
  for (const key of [
    { kind: 'AVAILABLE', organizationId: alpha, classId },
    { kind: 'SINK', classId },
  ] as const) {
    const organizationId = 'organizationId' in key ? key.organizationId : null
    const [row] = await database.dataSource.query(`select credit_account_id($1, $2, $3) as id`, [
      key.kind,
      classId,
      organizationId,
    ])
    expect(accountId(key)).toBe(row.id)
  }
})

describe('a transaction', () => {
  test('moves credits and tells each balance after it', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const reference = { kind: 'booking', id: randomUUID() } as const
    const [outcome] = await post(database.dataSource, [
      move(30n, { reference, actorId: randomUUID(), metadata: { note: `it's "quoted", {braced} \\ and ü` } }),
    ])
    expect(outcome).toMatchObject({
      kind: 'posted',
      transaction: {
        reference,
        postings: [
          { amount: -30n, balanceAfter: 70n, sequence: 2n },
          { amount: 30n, balanceAfter: 30n, sequence: 1n },
        ],
      },
    })
    if (outcome?.kind !== 'posted') return
    const read = (await transactionsById(database.dataSource, [outcome.transaction.id])).get(
      outcome.transaction.id,
    )
    const sorted = outcome.transaction.postings.toSorted((a, b) =>
      accountId(a.account) < accountId(b.account) ? -1 : 1,
    )
    expect(read).toEqual({ ...outcome.transaction, postings: sorted })
    expect([await available(alpha), await available(beta)]).toEqual([70n, 30n])
  })

  test('is refused when the credits are too few, and says whose and how many there are', async () => {
    await issue(database.dataSource, alpha, classId, 10n)
    expect(await post(database.dataSource, [move(11n)])).toEqual([
      { kind: 'refused', reason: 'INSUFFICIENT_CREDITS', organizationId: alpha, available: 10n },
    ])
    expect(await post(database.dataSource, [transfer(beta, alpha, classId, 1n)])).toEqual([
      { kind: 'refused', reason: 'INSUFFICIENT_CREDITS', organizationId: beta, available: 0n },
    ])
    expect(await countOf('credit_transactions')).toBe(1)
  })

  test('counts what the ones before it in the batch left', async () => {
    await issue(database.dataSource, alpha, classId, 10n)
    const outcomes = await post(database.dataSource, [
      move(6n),
      move(6n),
      transfer(beta, alpha, classId, 3n),
      move(6n),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['posted', 'refused', 'posted', 'posted'])
    expect([await available(alpha), await available(beta)]).toEqual([1n, 9n])
  })

  test('has a time of its own on each of its accounts', async () => {
    await issue(database.dataSource, alpha, classId, 10n)
    await post(database.dataSource, [move(1n), move(2n), move(3n)])
    const found = await database.dataSource.query(
      `select time > lag(time) over (order by sequence) as is_later from credit_postings where account_id = $1`,
      [accountId({ kind: 'AVAILABLE', organizationId: alpha, classId })],
    )
    expect(found.map((row: { is_later: boolean | null }) => row.is_later)).toEqual([null, true, true, true])
  })

  test.each([
    ['nothing', 0n],
    ['more than the limit', AMOUNT_MAX + 1n],
    ['2^63', 2n ** 63n],
    ['more than any column takes', 10n ** 30n],
  ])('of %s is refused', async (_what, amount) => {
    await issue(database.dataSource, alpha, classId, AMOUNT_MAX)
    const refusal = { kind: 'refused', reason: 'AMOUNT_OUT_OF_RANGE' }
    expect(await post(database.dataSource, [move(1n), move(amount)])).toMatchObject([
      { kind: 'posted' },
      refusal,
    ])
    expect(await postAll(database.dataSource, [move(1n), move(amount)])).toEqual([
      { kind: 'refused', reason: 'OTHERS_REFUSED' },
      refusal,
    ])
    expect(await available(beta)).toBe(1n)
  })

  test('of a fraction is no bigint, and of the limit is booked', async () => {
    await issue(database.dataSource, alpha, classId, AMOUNT_MAX)
    expect(() => move(BigInt(0.5))).toThrow(RangeError)
    expect(await post(database.dataSource, [move(AMOUNT_MAX)])).toMatchObject([{ kind: 'posted' }])
  })

  test('that would make a balance pass bigint is refused', async () => {
    await issue(database.dataSource, alpha, classId, 1n)
    const near = 2n ** 63n - 5n
    await database.dataSource.query(`update credit_accounts set balance = $2 where id = $1`, [
      accountId({ kind: 'AVAILABLE', organizationId: beta, classId }),
      near,
    ])
    await issue(database.dataSource, beta, classId, 1n)
    await database.dataSource.query(`update credit_accounts set balance = $2 where id = $1`, [
      accountId({ kind: 'AVAILABLE', organizationId: beta, classId }),
      near,
    ])
    await issue(database.dataSource, alpha, classId, 10n)
    expect(await post(database.dataSource, [move(5n), move(4n)])).toMatchObject([
      { reason: 'AMOUNT_OUT_OF_RANGE' },
      { kind: 'posted' },
    ])
  })

  test.each([
    [
      'does not sum to zero',
      () => move(1n, { postings: [...move(1n).postings.slice(1), ...move(2n).postings.slice(0, 1)] }),
    ],
    ['names an account twice', () => transfer(alpha, alpha, classId, 1n)],
    ['has one posting', () => move(1n, { postings: [] })],
    ['is of two classes', () => move(1n, { classId: randomUUID() })],
    [
      'moves held credits by hand',
      () =>
        move(1n, {
          postings: [
            { account: { kind: 'HELD', organizationId: alpha, classId }, amount: -1n },
            { account: { kind: 'SINK', classId }, amount: 1n },
          ],
        }),
    ],
    ['reverses without being a reversal', () => move(1n, { reverses: randomUUID() })],
  ])('that %s is a defect', async (_what, transaction) => {
    await expect(post(database.dataSource, [transaction()])).rejects.toThrow(TypeError)
  })

  test('of an unknown class or organisation books nothing', async () => {
    const unknown = randomUUID()
    expect(await post(database.dataSource, [issuance(alpha, unknown, 1n)])).toEqual([
      { kind: 'refused', reason: 'CLASS_UNKNOWN' },
    ])
    await expect(post(database.dataSource, [issuance(unknown, classId, 1n)])).rejects.toThrow('foreign key')
  })

  test('tried out changes nothing and tells what would be', async () => {
    await issue(database.dataSource, alpha, classId, 10n)
    expect(
      await post(database.dataSource, [move(4n), move(7n), issuance(beta, classId, 1n)], { dryRun: true }),
    ).toMatchObject([
      { kind: 'posted', transaction: { postings: [{ balanceAfter: 6n }, { balanceAfter: 4n }] } },
      { kind: 'refused', reason: 'INSUFFICIENT_CREDITS', available: 6n },
      { kind: 'posted', transaction: { postings: [{ balanceAfter: -11n }, { balanceAfter: 5n }] } },
    ])
    expect([await available(alpha), await countOf('credit_transactions')]).toEqual([10n, 1])
  })
})

describe('all or none', () => {
  test('books all that pass together', async () => {
    await issue(database.dataSource, alpha, classId, 10n)
    const outcomes = await postAll(database.dataSource, [move(4n), move(6n)])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['posted', 'posted'])
    expect(await available(beta)).toBe(10n)
  })

  test('books none when one is refused, and says which', async () => {
    await issue(database.dataSource, alpha, classId, 10n)
    expect(await postAll(database.dataSource, [move(4n), move(7n), move(1n)])).toEqual([
      { kind: 'refused', reason: 'OTHERS_REFUSED' },
      { kind: 'refused', reason: 'INSUFFICIENT_CREDITS', organizationId: alpha, available: 6n },
      { kind: 'refused', reason: 'OTHERS_REFUSED' },
    ])
    expect([await available(alpha), await countOf('credit_transactions')]).toEqual([10n, 1])
  })

  test('takes 10,000 at a time and no more', async () => {
    const many = Array.from({ length: 10_000 }, () => issuance(alpha, classId, 1n))
    const outcomes = await postAll(database.dataSource, many)
    expect(outcomes.every(({ kind }) => kind === 'posted')).toBe(true)
    expect(await available(alpha)).toBe(10_000n)
    await expect(postAll(database.dataSource, [...many, ...many])).rejects.toThrow(RangeError)
  })
})

describe('a request id', () => {
  test('makes a repeat answer what was booked first', async () => {
    await issue(database.dataSource, alpha, classId, 10n)
    const transaction = move(4n, { requestId: randomUUID() })
    const [first] = await post(database.dataSource, [transaction])
    const [again] = await post(database.dataSource, [transaction])
    expect(again).toMatchObject({
      kind: 'repeated',
      transaction: first?.kind === 'posted' ? { id: first.transaction.id, time: first.transaction.time } : {},
    })
    expect(await available(beta)).toBe(4n)
  })

  test('with another body is refused', async () => {
    await issue(database.dataSource, alpha, classId, 10n)
    const requestId = randomUUID()
    await post(database.dataSource, [move(4n, { requestId })])
    const others = [move(5n), transfer(beta, alpha, classId, 4n), move(4n, { description: 'Another' })]
    for (const other of others) {
      expect(await post(database.dataSource, [{ ...other, requestId }])).toEqual([
        { kind: 'refused', reason: 'REQUEST_ID_REUSED' },
      ])
    }
  })

  test('of what was refused may be used again', async () => {
    const transaction = move(4n, { requestId: randomUUID() })
    expect(await post(database.dataSource, [transaction])).toMatchObject([{ kind: 'refused' }])
    await issue(database.dataSource, alpha, classId, 10n)
    expect(await post(database.dataSource, [transaction])).toMatchObject([{ kind: 'posted' }])
  })

  test('that comes many times at once is booked once, whatever the bodies', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const requestId = randomUUID()
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        post(database.dataSource, [
          index % 2 === 0 ? move(4n, { requestId }) : { ...issuance(beta, classId, 4n), requestId },
        ]),
      ),
    )
    const told = outcomes.map(([outcome]) => (outcome?.kind === 'refused' ? outcome.reason : outcome?.kind))
    expect(told.filter((kind) => kind === 'posted')).toHaveLength(1)
    expect(told.filter((kind) => kind === 'repeated')).toHaveLength(5)
    expect(told.filter((kind) => kind === 'REQUEST_ID_REUSED')).toHaveLength(6)
    expect(await available(beta)).toBe(4n)
  })
})

describe('a class', () => {
  test('that has expired issues, holds and transfers nothing; what is held is paid or given back', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const [job, freed, trade] = [randomUUID(), randomUUID(), randomUUID()]
    await jobHold(job, 10n)
    await jobHold(freed, 10n)
    await hold(database.dataSource, {
      purpose: 'TRANSFER',
      purposeId: trade,
      organizationId: alpha,
      classId,
      amount: 10n,
      description: 'Offer',
    })
    await database.dataSource.query(`update credit_classes set expire_time = now() where id = $1`, [classId])
    const refusal = { kind: 'refused', reason: 'CLASS_EXPIRED' }
    expect(await post(database.dataSource, [move(1n), issuance(alpha, classId, 1n)])).toEqual([
      refusal,
      refusal,
    ])
    expect(await jobHold(randomUUID(), 1n)).toEqual(refusal)
    const to = { kind: 'SINK' } as const
    const buyer = { kind: 'AVAILABLE', organizationId: beta } as const
    expect(
      await settleHolds(database.dataSource, [
        { purpose: 'JOB', purposeId: job, capture: 4n, to, description: 'Used' },
        { purpose: 'JOB', purposeId: freed, capture: 0n, to, description: 'Not used' },
        { purpose: 'TRANSFER', purposeId: trade, capture: 10n, to: buyer, description: 'Sold' },
      ]),
    ).toMatchObject([{ kind: 'settled' }, { kind: 'settled' }, refusal])
    expect([await available(alpha), await held(alpha)]).toEqual([86n, 10n])
  })

  test('that is closed begins nothing new; what is held may still change hands', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const trade = randomUUID()
    const offer = { purpose: 'TRANSFER', organizationId: alpha, classId, description: 'Offer' } as const
    await hold(database.dataSource, { ...offer, purposeId: trade, amount: 10n })
    await database.dataSource.query(`update credit_classes set state = 'CLOSED' where id = $1`, [classId])
    const refusal = { kind: 'refused', reason: 'CLASS_CLOSED' }
    expect(await post(database.dataSource, [move(1n)])).toEqual([refusal])
    expect(await hold(database.dataSource, { ...offer, purposeId: randomUUID(), amount: 1n })).toEqual(
      refusal,
    )
    const to = { kind: 'AVAILABLE', organizationId: beta } as const
    const purpose = 'TRANSFER'
    expect(
      await settleHolds(database.dataSource, [
        { purpose, purposeId: trade, capture: 10n, to, description: 'Sold' },
      ]),
    ).toMatchObject([{ kind: 'settled', transaction: { kind: 'TRANSFER' } }])
    expect(await available(beta)).toBe(10n)
  })
})

describe('a hold', () => {
  test('sets credits aside, which are paid in part and given back in part', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const job = randomUUID()
    expect(await jobHold(job, 40n)).toMatchObject({ kind: 'held' })
    expect(await organizationBalances(database.dataSource, alpha)).toMatchObject([
      { available: 60n, held: 40n, heldForJobs: 40n, heldForTransfers: 0n },
    ])
    const settlement = { purpose: 'JOB', purposeId: job, to: { kind: 'SINK' }, description: 'Used' } as const
    expect(await settleHolds(database.dataSource, [{ ...settlement, capture: 25n }])).toMatchObject([
      { kind: 'settled', transaction: { kind: 'JOB_CAPTURE', reference: { kind: 'job', id: job } } },
    ])
    expect([await available(alpha), await held(alpha)]).toEqual([75n, 0n])
    expect(await settleHolds(database.dataSource, [{ ...settlement, capture: 0n }])).toEqual([
      { kind: 'unchanged' },
    ])
    expect(await jobHold(job, 40n)).toEqual({ kind: 'refused', reason: 'HOLD_CLOSED' })
  })

  test('that is open already stays as it is', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const job = randomUUID()
    const first = await jobHold(job, 40n)
    expect(await jobHold(job, 40n)).toEqual(first)
    expect(await held(alpha)).toBe(40n)
  })

  test.each([
    ['of too much', 101n, { reason: 'INSUFFICIENT_CREDITS', available: 100n }],
    ['of nothing', 0n, { reason: 'AMOUNT_OUT_OF_RANGE' }],
    ['of less than nothing', -1n, { reason: 'AMOUNT_OUT_OF_RANGE' }],
    ['of 2^63', 2n ** 63n, { reason: 'AMOUNT_OUT_OF_RANGE' }],
  ])('%s is refused', async (_what, amount, refusal) => {
    await issue(database.dataSource, alpha, classId, 100n)
    expect(await jobHold(randomUUID(), amount)).toMatchObject(refusal)
    expect([await available(alpha), await held(alpha)]).toEqual([100n, 0n])
  })

  test.each([[41n], [-1n]])('is not captured by %s of 40', async (capture) => {
    await issue(database.dataSource, alpha, classId, 100n)
    const job = randomUUID()
    await jobHold(job, 40n)
    await expect(
      settleHolds(database.dataSource, [
        { purpose: 'JOB', purposeId: job, capture, to: { kind: 'SINK' }, description: 'Used' },
      ]),
    ).rejects.toThrow(RangeError)
  })

  test('is settled once, however many try at a time', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const jobs = Array.from({ length: 5 }, () => randomUUID())
    for (const job of jobs) await jobHold(job, 10n)
    const settle = (order: readonly string[]) =>
      database.dataSource.transaction((manager) =>
        settleHolds(
          manager,
          order.map((purposeId) => ({
            purpose: 'JOB' as const,
            purposeId,
            capture: 3n,
            to: { kind: 'SINK' as const },
            description: 'Used',
          })),
        ),
      )
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, index) => settle(index % 2 === 0 ? jobs : jobs.toReversed())),
    )
    expect(outcomes.flat().filter(({ kind }) => kind === 'settled')).toHaveLength(5)
    expect([await available(alpha), await held(alpha)]).toEqual([85n, 0n])
  })

  test('that is refused tells whoever waits as soon as credits come', async () => {
    const client = database.dataSource.createQueryRunner()
    const connection = await client.connect()
    const told = Promise.withResolvers<string>()
    connection.on('notification', ({ payload }: { payload: string }) => told.resolve(payload))
    await connection.query('listen credits_available')
    await database.dataSource.query(`insert into credit_waiters values ($1)`, [alpha])
    await issue(database.dataSource, beta, classId, 5n)
    await issue(database.dataSource, alpha, classId, 5n)
    expect(await told.promise).toBe(alpha)
    await connection.query('unlisten *')
    await client.release()
  })
})

describe('a reversal', () => {
  test('is the opposite, once', async () => {
    const { id } = await issue(database.dataSource, alpha, classId, 100n)
    const wanted = { transactionId: id, description: 'By mistake' }
    expect(await reverse(database.dataSource, wanted)).toMatchObject({
      kind: 'posted',
      transaction: { kind: 'REVERSAL', reverses: id },
    })
    expect(await available(alpha)).toBe(0n)
    expect(await reverse(database.dataSource, wanted)).toEqual({
      kind: 'refused',
      reason: 'ALREADY_REVERSED',
    })
  })

  test('of what is spent is refused', async () => {
    const { id } = await issue(database.dataSource, alpha, classId, 100n)
    await post(database.dataSource, [move(1n)])
    expect(await reverse(database.dataSource, { transactionId: id, description: 'By mistake' })).toEqual({
      kind: 'refused',
      reason: 'INSUFFICIENT_CREDITS',
      organizationId: alpha,
      available: 99n,
    })
  })

  test('of a payment gives back what was paid, not what was held', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const job = randomUUID()
    await jobHold(job, 40n)
    const [settled] = await settleHolds(database.dataSource, [
      { purpose: 'JOB', purposeId: job, capture: 25n, to: { kind: 'SINK' }, description: 'Used' },
    ])
    const transactionId = settled?.kind === 'settled' ? settled.transaction.id : ''
    expect(await reverse(database.dataSource, { transactionId, description: 'Goodwill' })).toMatchObject({
      kind: 'posted',
    })
    expect([await available(alpha), await held(alpha)]).toEqual([100n, 0n])
  })

  test('of a hold, of a reversal or of nothing is refused', async () => {
    const { id } = await issue(database.dataSource, alpha, classId, 100n)
    await jobHold(randomUUID(), 1n)
    const found = await database.dataSource.query(
      `select id from credit_transactions where class_id = $1 and kind = 'JOB_HOLD'`,
      [classId],
    )
    const undone = await issue(database.dataSource, beta, classId, 1n)
    const reversal = await reverse(database.dataSource, { transactionId: undone.id, description: 'x' })
    const reversalId = reversal.kind === 'posted' ? reversal.transaction.id : id
    for (const transactionId of [found[0].id, reversalId]) {
      expect(await reverse(database.dataSource, { transactionId, description: 'x' })).toMatchObject({
        reason: 'NOT_REVERSIBLE',
      })
    }
    expect(
      await reverse(database.dataSource, { transactionId: randomUUID(), description: 'x' }),
    ).toMatchObject({
      reason: 'TRANSACTION_UNKNOWN',
    })
  })

  test('comes once, however many try at a time', async () => {
    const { id } = await issue(database.dataSource, alpha, classId, 100n)
    await issue(database.dataSource, alpha, classId, 1_000n)
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => reverse(database.dataSource, { transactionId: id, description: 'x' })),
    )
    expect(outcomes.filter(({ kind }) => kind === 'posted')).toHaveLength(1)
    expect(await available(alpha)).toBe(1_000n)
  })
})

describe('a point in time', () => {
  test('has the balances at its end', async () => {
    const { time } = await issue(database.dataSource, alpha, classId, 100n)
    await expect
      .poll(async () => (await database.dataSource.query(`select clock_timestamp() as now`))[0].now > time)
      .toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 2))
    await jobHold(randomUUID(), 30n)
    const at = (when: Date) => organizationBalances(database.dataSource, alpha, when)
    expect(await at(time)).toMatchObject([{ available: 100n, held: 0n }])
    expect(await at(new Date())).toMatchObject([{ available: 70n, held: 30n }])
    expect(await at(new Date(time.getTime() - 1))).toEqual([])
  })
})

describe('what is booked', () => {
  test.each([
    ['credit_transactions', `update credit_transactions set description = 'x'`],
    ['credit_transactions', `delete from credit_transactions`],
    ['credit_postings', `update credit_postings set amount = amount`],
    ['credit_postings', `delete from credit_postings`],
    ['credit_postings', `truncate credit_postings`],
    ['credit_transactions', `truncate credit_transactions cascade`],
    ['credit_seals', `delete from credit_seals`],
    ['credit_seals', `truncate credit_seals`],
  ])('never changes: %s refuses %s', async (table, statement) => {
    await expect(database.dataSource.query(statement)).rejects.toThrow(`${table} is never changed`)
  })

  test.each(['AVAILABLE', 'HELD', 'SINK'])('%s never falls below zero, whatever is written', async (kind) => {
    await issue(database.dataSource, alpha, classId, 10n)
    const job = randomUUID()
    await jobHold(job, 5n)
    await settleHolds(database.dataSource, [
      { purpose: 'JOB', purposeId: job, capture: 1n, to: { kind: 'SINK' }, description: 'Used' },
    ])
    await expect(
      database.dataSource.query(`update credit_accounts set balance = -1 where class_id = $1 and kind = $2`, [
        classId,
        kind,
      ]),
    ).rejects.toThrow('check constraint')
  })
})

describe('at the same time', () => {
  test('no credit is spent twice', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const ledger = new Ledger(database.dataSource, { batchMax: 5, batchesMax: 4 })
    const outcomes = await Promise.all([
      ...Array.from({ length: 60 }, () => ledger.post(move(3n))),
      ...Array.from({ length: 20 }, () => jobHold(randomUUID(), 3n)),
    ])
    expect(outcomes.filter(({ kind }) => kind !== 'refused')).toHaveLength(33)
    expect(await available(alpha)).toBe(1n)
    expect(((await available(beta)) ?? 0n) + ((await held(alpha)) ?? 0n)).toBe(99n)
  })

  test('credits go round between many organisations without a deadlock', async () => {
    const organizations = await Promise.all(
      Array.from({ length: 6 }, () => addOrganization(database.dataSource)),
    )
    await postAll(
      database.dataSource,
      organizations.map((id) => issuance(id, classId, 1_000n)),
    )
    const pick = (seed: number) => organizations[seed % organizations.length] ?? ''
    const ledger = new Ledger(database.dataSource, { batchMax: 4, batchesMax: 3 })
    const work = Array.from({ length: 200 }, (_, index) => {
      const [from, to] = [pick(index * 7), pick(index * 7 + 1 + (index % 5))]
      const moved = transfer(from, to, classId, BigInt(1 + (index % 9)))
      if (index % 4 > 0) return ledger.post(moved)
      const back = transfer(to, from, classId, 1n)
      return database.dataSource.transaction((manager) => post(manager, [moved, back]))
    })
    await Promise.all(work)
    const balances = await balancesOf(
      database.dataSource,
      organizations.map((organizationId) => ({ organizationId, classId })),
    )
    expect(balances.reduce((sum, balance) => sum + balance.available, 0n)).toBe(6_000n)
  })

  test('accounts that are new are made once', async () => {
    const fresh = await Promise.all(Array.from({ length: 4 }, () => addOrganization(database.dataSource)))
    const each = (order: readonly string[]) =>
      post(
        database.dataSource,
        order.map((id) => issuance(id, classId, 1n)),
      )
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => each(index % 2 === 0 ? fresh : fresh.toReversed())),
    )
    expect(outcomes.flat().every(({ kind }) => kind === 'posted')).toBe(true)
    expect(await available(fresh[0] ?? '')).toBe(8n)
  })

  test('one that the database takes as a defect fails alone', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const ledger = new Ledger(database.dataSource)
    const outcomes = await Promise.allSettled([
      ledger.post(move(1n)),
      ledger.post(issuance(randomUUID(), classId, 1n)),
      ledger.post(move(1n, { reference: { kind: 'job', id: 'no uuid' } })),
      ledger.post(move(1n, { postings: [] })),
      ledger.post(move(2n)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ])
    expect(await available(beta)).toBe(3n)
  })

  test('one request id is booked once by the group', async () => {
    await issue(database.dataSource, alpha, classId, 100n)
    const ledger = new Ledger(database.dataSource)
    const transaction = move(4n, { requestId: randomUUID() })
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => ledger.post(transaction)))
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
      'posted',
      'repeated',
      'repeated',
      'repeated',
      'repeated',
    ])
  })
})
