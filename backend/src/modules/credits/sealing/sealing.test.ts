import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import type { EntityManager, QueryRunner } from 'typeorm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { hold, post, type Settlement, settleHolds, type TransactionRecord } from '../ledger/index.ts'
import { addClass, addOrganization, issuance, issue, transfer } from '../testing/ledger-fixture.ts'
import {
  createSealer,
  createVerifications,
  ledgerState,
  requestVerification,
  runLedgerCommand,
  seal,
  verify,
} from './index.ts'
import { verifyWithin } from './verify.ts'

const log = pino({ level: 'silent' })
let database: TestDatabase
let classId: string
let alpha: string
let beta: string
async function create(): Promise<void> {
  database = await createTestDatabase()
  classId = await addClass(database.dataSource)
  alpha = await addOrganization(database.dataSource)
  beta = await addOrganization(database.dataSource)
}
const drop = () => database.drop()

const sql = (statement: string, ...values: unknown[]) => database.dataSource.query(statement, values)
const job = (purposeId: string, capture: bigint): Settlement => ({
  purpose: 'JOB',
  purposeId,
  capture,
  to: { kind: 'SINK' },
  description: 'Used',
})

/** An issuance, three transfers, a hold that is open, one that is closed; all with something in every column. */
async function fill(): Promise<TransactionRecord[]> {
  const first = await issue(database.dataSource, alpha, classId, 1_000n)
  const moves = await post(
    database.dataSource,
    [1n, 2n, 3n].map((amount) => ({
      ...transfer(alpha, beta, classId, amount),
      description: `Zahlung | für: ${amount} ✓`,
      reference: { kind: 'booking' as const, id: randomUUID() },
      actorId: randomUUID(),
      requestId: randomUUID(),
      metadata: { 'a|b': '12:x', note: 'ü' },
    })),
  )
  const [open, closed] = [randomUUID(), randomUUID()]
  for (const purposeId of [open, closed]) {
    const wanted = { purpose: 'JOB', purposeId, organizationId: alpha, classId, amount: 10n } as const
    await hold(database.dataSource, { ...wanted, description: 'Job' })
  }
  await settleHolds(database.dataSource, [job(closed, 4n)])
  return [first, ...moves.flatMap((outcome) => (outcome.kind === 'posted' ? [outcome.transaction] : []))]
}

/** As somebody who may change the tables would. */
async function tamperWithin(manager: EntityManager, statement: string, values: unknown[]): Promise<void> {
  await manager.query(`set local session_replication_role = replica`)
  const answer = await manager.query(statement, values)
  if (!statement.startsWith('insert')) expect(answer[1], 'rows that were changed').toBeGreaterThan(0)
}

const tamper = (statement: string, ...values: unknown[]) =>
  database.dataSource.transaction((manager) => tamperWithin(manager, statement, values))

describe('the chain', () => {
  beforeEach(create)
  afterEach(drop)

  test('of what the database sealed is the same as recomputed from the rows', async () => {
    await fill()
    expect(await seal(database.dataSource)).toBe(7)
    expect(await verify(database.dataSource)).toMatchObject({
      outcome: 'INTACT',
      verifiedCount: 7n,
      head: { number: 7n, hash: (await ledgerState(database.dataSource)).headHash },
    })
  })

  test('goes on where it ended, in the order of time', async () => {
    await fill()
    expect([await seal(database.dataSource, 3), await seal(database.dataSource, 3)]).toEqual([3, 3])
    await issue(database.dataSource, beta, classId, 5n)
    expect([await seal(database.dataSource), await seal(database.dataSource)]).toEqual([2, 0])
    const ordered = await sql(
      `select bool_and(time > before) as ordered from (
         select time, lag(time) over (order by number) as before
         from credit_seals join credit_transactions on id = transaction_id) as seals where before is not null`,
    )
    expect(ordered).toEqual([{ ordered: true }])
    expect(await sql('select from credit_unsealed')).toEqual([])
    expect(await verify(database.dataSource)).toMatchObject({ outcome: 'INTACT', verifiedCount: 8n })
  })

  test('is made by one sealer at a time, and each transaction is sealed once', async () => {
    await post(
      database.dataSource,
      Array.from({ length: 300 }, () => issuance(alpha, classId, 1n)),
    )
    const sealAll = async () => {
      for (let rest = 1; rest > 0; ) {
        await seal(database.dataSource, 7)
        rest = Number((await sql('select count(*) from credit_unsealed'))[0].count)
      }
    }
    await Promise.all([sealAll(), sealAll(), sealAll(), sealAll()])
    expect(await verify(database.dataSource)).toMatchObject({ outcome: 'INTACT', head: { number: 300n } })
  })

  test('is made by the worker while the ledger goes on', async () => {
    const sealer = createSealer({ dataSource: database.dataSource, log })
    await sealer.start()
    await fill()
    await expect
      .poll(async () => (await ledgerState(database.dataSource)).sealedCount, { timeout: 10_000 })
      .toBe(7n)
    await sealer.stop()
  })
})

describe('verification finds', () => {
  let booked: TransactionRecord[]
  let runner: QueryRunner
  beforeAll(async () => {
    await create()
    booked = await fill()
    await seal(database.dataSource)
  })
  afterAll(drop)
  // What a test does is undone after it.
  beforeEach(async () => {
    runner = database.dataSource.createQueryRunner()
    await runner.startTransaction()
  })
  afterEach(async () => {
    await runner.rollbackTransaction()
    await runner.release()
  })
  const tampered = (statement: string, ...values: unknown[]) =>
    tamperWithin(runner.manager, statement, values)
  const found = (options = {}) => verifyWithin(runner.manager, options)
  const broken = async () => {
    const verification = await found()
    return verification.outcome === 'INTACT' ? 'nothing' : verification.transactionId
  }
  const second = () => booked[2]?.id
  const byId = 'where id = $1'
  const byTransaction = 'where transaction_id = $1'

  test.each([
    ['kind', `update credit_transactions set kind = 'AWARD' ${byId}`],
    ['class', `update credit_transactions set class_id = gen_random_uuid() ${byId}`],
    ['time', `update credit_transactions set time = time + interval '1 microsecond' ${byId}`],
    ['description', `update credit_transactions set description = description || '.' ${byId}`],
    ['reference', `update credit_transactions set reference_id = gen_random_uuid() ${byId}`],
    ['kind of reference', `update credit_transactions set reference_kind = 'job' ${byId}`],
    ['actor', `update credit_transactions set actor_id = null ${byId}`],
    ['request', `update credit_transactions set request_id = gen_random_uuid() ${byId}`],
    ['hash of the request', `update credit_transactions set request_hash = '\\x00' ${byId}`],
    ['metadata', `update credit_transactions set metadata = metadata || '{"x": "1"}' ${byId}`],
    ['reversal', `update credit_transactions set kind = 'REVERSAL', reverses = gen_random_uuid() ${byId}`],
    ['row', `delete from credit_transactions ${byId}`],
  ])("a transaction's %s", async (_what, statement) => {
    await tampered(statement, second())
    expect(await broken()).toBe(second())
  })

  test.each([
    ['amount', `update credit_postings set amount = amount * 2 ${byTransaction}`],
    ['balance', `update credit_postings set balance_after = balance_after + 1 ${byTransaction}`],
    ['sequence', `update credit_postings set sequence = sequence + 100 ${byTransaction}`],
    ['organisation', `update credit_postings set organization_id = gen_random_uuid() ${byTransaction}`],
    ['class', `update credit_postings set class_id = gen_random_uuid() ${byTransaction}`],
    ['kind of account', `update credit_postings set account_kind = 'HELD' ${byTransaction}`],
    ['account', `update credit_postings set account_id = gen_random_uuid() ${byTransaction} and amount > 0`],
    ['time', `update credit_postings set time = time + interval '1 microsecond' ${byTransaction}`],
    ['transaction', `update credit_postings set transaction_id = gen_random_uuid() ${byTransaction}`],
    ['row', `delete from credit_postings ${byTransaction} and amount > 0`],
    [
      'second row',
      `insert into credit_postings select gen_random_uuid(), sequence, transaction_id, organization_id,
       class_id, account_kind, amount, balance_after, time from credit_postings ${byTransaction} limit 1`,
    ],
  ])("a posting's %s", async (_what, statement) => {
    await tampered(statement, second())
    expect(await broken()).toBe(second())
  })

  test.each([
    ['hash', `update credit_seals set hash = sha256(hash) ${byTransaction}`],
    ['number', `update credit_seals set number = number + 100 ${byTransaction}`],
    ['row', `delete from credit_seals ${byTransaction}`],
  ])("a seal's %s", async (what, statement) => {
    await tampered(statement, second())
    // Without its own seal, it is the next one that does not follow.
    expect(await broken()).toBe(what === 'hash' ? second() : booked[3]?.id)
  })

  test('the last seal gone', async () => {
    await tampered(`delete from credit_seals where number = 7`)
    expect(await broken()).toBe(
      (await sql(`select id from credit_transactions where kind = 'JOB_CAPTURE'`))[0].id,
    )
  })

  test('a transaction that was booked past the ledger', async () => {
    const id = randomUUID()
    await tampered(
      `insert into credit_transactions (id, kind, class_id, time, description)
       values ($1, 'AWARD', $2, now(), '')`,
      id,
      classId,
    )
    expect(await broken()).toBe(id)
    await tampered(`insert into credit_unsealed (time, transaction_id) values (now(), $1)`, id)
    expect(await found()).toMatchObject({
      transactionId: id,
      message: 'it has 0 postings',
    })
    await seal(runner.manager)
    expect(await found()).toMatchObject({
      transactionId: id,
      message: 'it has 0 postings',
    })
  })

  test('a posting without a transaction', async () => {
    const id = randomUUID()
    await tampered(
      `insert into credit_postings values (credit_account_id('SINK', $2, null), 99, $1, null, $2, 'SINK', 5, 5, now())`,
      id,
      classId,
    )
    expect(await broken()).toBe(id)
  })

  test.each([
    ['balance', `update credit_accounts set balance = balance + 1 where organization_id = $1`],
    ['count', `update credit_accounts set posting_count = posting_count + 1 where organization_id = $1`],
    ['row', `delete from credit_accounts where organization_id = $1`],
  ])("an account's %s, and names the last transaction of it", async (what, statement) => {
    await tampered(statement, beta)
    expect(await broken()).toBe(what === 'row' ? booked[1]?.id : booked[3]?.id)
  })

  test.each([
    ['amount', `update credit_holds set amount = amount + 1 where state = 'OPEN'`],
    ['state', `update credit_holds set state = 'CLOSED', close_time = now() where state = 'OPEN'`],
    [
      'state, opened again',
      `update credit_holds set state = 'OPEN', close_time = null where state = 'CLOSED'`,
    ],
    ['organisation', `update credit_holds set organization_id = gen_random_uuid() where state = 'OPEN'`],
    ['row', `delete from credit_holds where state = 'OPEN'`],
  ])("a hold's %s", async (_what, statement) => {
    await tampered(statement)
    expect(await broken()).not.toBe('nothing')
  })

  test('what is tampered with before it is sealed', async () => {
    const { id } = await issue(runner.manager, beta, classId, 7n)
    await tampered(`update credit_postings set amount = sign(amount) * 8 ${byTransaction}`, id)
    expect(await broken()).toBe(id)
    await seal(runner.manager)
    expect(await broken()).toBe(id)
  })

  test('an end of the chain that was taken off with all that belongs to it, when its seal was noted', async () => {
    const { head } = await found()
    if (head === undefined) throw new Error('nothing is sealed')
    const { id } = await issue(runner.manager, beta, classId, 7n)
    await seal(runner.manager)
    const later = (await found()).head
    if (later === undefined) throw new Error('nothing is sealed')
    await tampered(
      `update credit_accounts set posting_count = posting_count - 1, balance = balance - posting.amount
       from credit_postings as posting where posting.account_id = credit_accounts.id and transaction_id = $1`,
      id,
    )
    for (const table of ['credit_postings', 'credit_seals']) {
      await tampered(`delete from ${table} where transaction_id = $1`, id)
    }
    await tampered(`delete from credit_transactions where id = $1`, id)
    expect(await found()).toMatchObject({ outcome: 'INTACT' })
    expect(await found({ expect: head })).toMatchObject({ outcome: 'INTACT' })
    expect(await found({ expect: later })).toMatchObject({
      outcome: 'BROKEN',
      message: 'seal 8 was expected, and the chain ends with 7',
    })
    const other = { number: 3n, hash: 'ab'.repeat(32) }
    expect(await found({ expect: other })).toMatchObject({
      transactionId: booked[2]?.id,
    })
  })
})

describe('a verification', () => {
  beforeEach(create)
  afterEach(drop)

  test('that is asked for is done by a worker, once for all who asked', async () => {
    await fill()
    await seal(database.dataSource)
    for (const _ of [1, 2]) await requestVerification(database.dataSource, randomUUID())
    expect(await sql('select outcome from credit_verifications')).toEqual([{ outcome: 'RUNNING' }])
    const workers = [1, 2].map(() =>
      createVerifications({ dataSource: database.dataSource, log, intervalMs: 20 }),
    )
    for (const worker of workers) await worker.start()
    const verification = async () => (await ledgerState(database.dataSource)).verification
    await expect.poll(verification).toMatchObject({ outcome: 'INTACT', verifiedCount: 7n, message: '' })
    const [transaction] = await sql(`select id from credit_transactions where kind = 'ISSUANCE'`)
    await tamper(`update credit_transactions set description = '' where id = $1`, transaction.id)
    await requestVerification(database.dataSource, undefined)
    await expect.poll(verification).toMatchObject({ outcome: 'BROKEN', firstBroken: transaction.id })
    for (const worker of workers) await worker.stop()
  })

  test('is done once a day without being asked for', async () => {
    const worker = createVerifications({ dataSource: database.dataSource, log, intervalMs: 20 })
    await worker.start()
    const ended = async () =>
      (await sql(`select from credit_verifications where end_time is not null`)).length
    await expect.poll(ended).toBe(1)
    await sql(`update credit_verifications set request_time = now() - interval '25 hours'`)
    await expect.poll(ended).toBe(2)
    await worker.stop()
  })

  test('whose worker died is done by the next', async () => {
    await sql(`insert into credit_verifications (id, begin_time) values ($1, now())`, randomUUID())
    const worker = createVerifications({ dataSource: database.dataSource, log, intervalMs: 20 })
    await worker.start()
    await expect
      .poll(async () => (await ledgerState(database.dataSource)).verification?.outcome)
      .toBe('INTACT')
    await worker.stop()
  })
})

describe('the command', () => {
  beforeAll(create)
  afterAll(drop)

  async function run(...args: string[]) {
    const told = { out: '', err: '' }
    const code = await runLedgerCommand(args, {
      dataSource: async () => database.dataSource,
      out: (text) => {
        told.out += text
      },
      err: (text) => {
        told.err += text
      },
    })
    return { code, ...told }
  }

  test('prints the last seal, which it can be given later', async () => {
    expect(await run('verify')).toEqual({
      code: 0,
      out: 'INTACT: 0 transactions, 0 of them sealed.\n',
      err: '',
    })
    await fill()
    await seal(database.dataSource)
    const { code, out } = await run('verify')
    expect([code, out]).toEqual([0, expect.stringMatching(/^INTACT: 7 .*\nLast seal: 7:[0-9a-f]{64}\n$/)])
    const noted = out.trim().split(' ').at(-1) ?? ''
    await issue(database.dataSource, beta, classId, 7n)
    expect(await run('verify', '--expect', noted)).toMatchObject({ code: 0 })
  })

  test('names the first broken transaction, and says so to whoever called it', async () => {
    const [issued] = await fill()
    while ((await seal(database.dataSource)) > 0);
    const [{ number }] = await sql('select number from credit_seals where transaction_id = $1', issued?.id)
    await tamper(`update credit_transactions set description = '' where id = $1`, issued?.id)
    expect(await run('verify')).toEqual({
      code: 3,
      out: '',
      err: `BROKEN: creditTransactions/${issued?.id}: the transaction or its postings are not what seal ${number} sealed.\n`,
    })
  })

  test.each([
    [[]],
    [['seal']],
    [['verify', 'all']],
    [['verify', '--expect', '7']],
    [['verify', '--expect', `0:${'a'.repeat(64)}`]],
    [['verify', '--all']],
  ])('refuses %j with the usage', async (args) => {
    expect(await run(...args)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Usage: npm run ledger'),
    })
  })

  test('tells its usage', async () => {
    expect(await run('--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('--expect NUMBER:HASH'),
    })
  })
})
