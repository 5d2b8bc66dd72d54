import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { createIdentityReader, type IdentityService, readSeed, seedIdentity } from '../../identity/index.ts'
import { balancesOf, hold, post, settleHolds, transactionsById } from '../ledger/index.ts'
import { addClass, issue, transfer } from '../testing/ledger-fixture.ts'
import type { BookingRequest, RowBookingKind } from './booking-contents.ts'
import { Bookings } from './booking-service.ts'

let database: TestDatabase
let identity: IdentityService
let bookings: Bookings
let code: string
let classId: string
const users = { oscar: '', olivia: '', diana: '', dora: '' }
const organizations = { lab: '', institute: '', operator: '' }

beforeAll(async () => {
  database = await createTestDatabase()
  const { dataSource } = database
  const member = (name: string, role: string) => ({
    email: `${name}@example.org`,
    displayName: name,
    role,
  })
  await seedIdentity(
    dataSource,
    readSeed({
      organizations: [
        {
          slug: 'operator',
          displayName: 'Operator',
          kind: 'OPERATOR',
          members: [
            member('oscar', 'ANALYST'),
            member('olivia', 'ADMINISTRATOR'),
            member('diana', 'DIRECTOR'),
            member('dora', 'DIRECTOR'),
          ],
        },
        { slug: 'lab', displayName: 'The Lab', kind: 'MEMBER', members: [] },
        { slug: 'institute', displayName: 'The Institute', kind: 'MEMBER', members: [] },
      ],
    }),
  )
  identity = createIdentityReader(dataSource)
  for (const name of Object.keys(users) as (keyof typeof users)[]) {
    users[name] = (await identity.userByEmail(`${name}@example.org`))!.id
  }
  for (const slug of Object.keys(organizations) as (keyof typeof organizations)[]) {
    organizations[slug] = (await identity.organizationBySlug(slug))!.id
  }
  bookings = new Bookings({ dataSource, identity })
})
afterAll(() => database.drop())
beforeEach(async () => {
  code = `c-${randomUUID().slice(0, 8)}`
  classId = await addClass(database.dataSource, { code })
})

const row = (organization: string, amount: bigint, reference = '') => ({
  organization,
  creditClass: code,
  amount,
  reference,
})
const head = {
  displayName: 'Call 12',
  reason: 'Decided on Monday.',
  evidenceUrls: [],
  evidenceFiles: [],
  requestId: undefined,
}

function submit(
  kind: RowBookingKind,
  rows: readonly ReturnType<typeof row>[],
  creator: keyof typeof users = 'oscar',
) {
  return bookings.create(users[creator], { ...head, kind, rows })
}

async function submitReversal(transactionId: string) {
  return bookings.create(users.oscar, { ...head, kind: 'REVERSAL', transactionId })
}

async function balance(organization: keyof typeof organizations) {
  const [found] = await balancesOf(database.dataSource, [
    { organizationId: organizations[organization], classId },
  ])
  return [found?.available, found?.held]
}

async function countTransactions(): Promise<number> {
  const [found] = await database.dataSource.query(
    'select count(*)::int as count from credit_transactions where class_id = $1',
    [classId],
  )
  return found.count
}

async function events(bookingId: string) {
  const found: { routing_key: string; payload: Record<string, unknown> }[] = await database.dataSource.query(
    `select routing_key, payload from outbox
     where payload ->> 'booking' = $1 or payload ->> 'credit_class' = $2 order by id`,
    [bookingId, code],
  )
  return found.map(({ routing_key: key, payload }) => [
    key,
    payload['amount'] ?? payload['booked'] ?? payload['display_name'],
  ])
}

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: { reason?: string }) => error.reason ?? String(error),
  )

const rowsOf = async (id: string) => (await bookings.rows(id, 0, 100)).rows

describe('an issuance', () => {
  test('is drawn up by one person, approved by another, and only then booked', async () => {
    const { booking, actions } = await submit('ISSUANCE', [row('lab', 150n, 'a'), row('institute', 25n, 'b')])
    expect([booking.state, booking.totals, actions]).toEqual([
      'SUBMITTED',
      [{ classCode: code, amount: 175n, rowCount: 2 }],
      ['WITHDRAW'],
    ])
    expect(await countTransactions()).toBe(0)
    expect((await bookings.get(users.diana, booking.id)).actions).toEqual(['APPROVE', 'DECLINE'])

    const approved = await bookings.approve(users.diana, booking.id)
    expect(approved).toMatchObject({
      booking: { state: 'BOOKED', decideTime: expect.any(Date) },
      creatorDisplayName: 'oscar',
      deciderDisplayName: 'diana',
      actions: [],
    })
    expect([await balance('lab'), await balance('institute')]).toEqual([
      [150n, 0n],
      [25n, 0n],
    ])
    const placed = await rowsOf(booking.id)
    expect(placed.map(({ row: { deficit }, available }) => [deficit, available])).toEqual([
      [0n, undefined],
      [0n, undefined],
    ])
    const ids = placed.map(({ row: { transactionId } }) => transactionId!)
    const transactions = await transactionsById(database.dataSource, ids)
    expect(transactions.get(ids[0]!)).toMatchObject({
      kind: 'ISSUANCE',
      description: 'Call 12: a',
      reference: { kind: 'booking', id: booking.id },
      actorId: users.diana,
    })
    expect(await events(booking.id)).toEqual([
      ['credits.booking_submitted.-', 'Call 12'],
      [`credits.credits_issued.${organizations.lab}`, '1.50'],
      [`credits.credits_issued.${organizations.institute}`, '0.25'],
      ['credits.booking_decided.-', true],
    ])
  })

  test('tells an organisation of several rows once', async () => {
    const { booking } = await submit('AWARD', [row('lab', 100n, 'a'), row('lab', 50n, 'b')])
    await bookings.approve(users.diana, booking.id)
    expect((await events(booking.id))[1]).toEqual([`credits.credits_issued.${organizations.lab}`, '1.50'])
  })

  test('in a class that was closed meanwhile books nothing, and stays submitted', async () => {
    const { booking } = await submit('ISSUANCE', [row('lab', 150n)])
    await database.dataSource.query(`update credit_classes set state = 'CLOSED' where id = $1`, [classId])
    await expect(bookings.approve(users.diana, booking.id)).rejects.toMatchObject({
      code: 'ABORTED',
      reason: 'ROWS_REFUSED',
      message: expect.stringContaining(`Line 1: The class ${code} is closed.`),
    })
    expect([(await bookings.get(users.diana, booking.id)).booking.state, await countTransactions()]).toEqual([
      'SUBMITTED',
      0,
    ])
  })
})

describe('who decides', () => {
  test('is not who drew it up, whatever the role', async () => {
    const { booking } = await submit('ISSUANCE', [row('lab', 1n)], 'diana')
    expect(await bookings.get(users.diana, booking.id)).toMatchObject({
      actions: [],
      barredReason: expect.stringContaining('someone else'),
    })
    expect(await reasonOf(bookings.approve(users.diana, booking.id))).toBe('OWN_BOOKING')
    expect(await reasonOf(bookings.decline(users.diana, booking.id, ''))).toBe('OWN_BOOKING')
    await expect(
      database.dataSource.query(
        `update credit_bookings set state = 'BOOKED', decider_id = creator_id, decide_time = now() where id = $1`,
        [booking.id],
      ),
    ).rejects.toThrow('credit_bookings_two_people')
  })

  test('declines with a reason, and the creator is told', async () => {
    const { booking } = await submit('ISSUANCE', [row('lab', 1n)])
    const declined = await bookings.decline(users.diana, booking.id, 'Too early.')
    expect(declined.booking).toMatchObject({ state: 'DECLINED', decisionReason: 'Too early.' })
    expect(await reasonOf(bookings.approve(users.dora, booking.id))).toBe('BOOKING_DECIDED')
    expect(await reasonOf(bookings.withdraw(users.oscar, booking.id))).toBe('BOOKING_DECIDED')
    expect((await events(booking.id)).at(-1)).toEqual(['credits.booking_decided.-', false])
    expect(await countTransactions()).toBe(0)
  })

  test('may repeat it, and nothing happens twice', async () => {
    const { booking } = await submit('ISSUANCE', [row('lab', 100n)])
    await bookings.approve(users.diana, booking.id)
    expect((await bookings.approve(users.diana, booking.id)).booking.state).toBe('BOOKED')
    expect(await reasonOf(bookings.approve(users.dora, booking.id))).toBe('BOOKING_DECIDED')
    expect([await balance('lab'), await countTransactions()]).toEqual([[100n, 0n], 1])
  })

  test('withdraws only what is their own', async () => {
    const { booking } = await submit('ISSUANCE', [row('lab', 1n)])
    expect(await reasonOf(bookings.withdraw(users.olivia, booking.id))).toBe('OTHERS_BOOKING')
    expect((await bookings.withdraw(users.oscar, booking.id)).booking.state).toBe('WITHDRAWN')
    expect((await bookings.withdraw(users.oscar, booking.id)).booking.state).toBe('WITHDRAWN')
    expect(await reasonOf(bookings.approve(users.diana, booking.id))).toBe('BOOKING_DECIDED')
  })

  test('knows of no booking that there is not', async () => {
    const id = randomUUID()
    const calls = [
      bookings.get(users.diana, id),
      bookings.approve(users.diana, id),
      bookings.decline(users.diana, id, ''),
      bookings.withdraw(users.diana, id),
      bookings.rows(id, 0, 1),
    ]
    expect(await Promise.all(calls.map(reasonOf))).toEqual(calls.map(() => 'BOOKING_NOT_FOUND'))
  })
})

describe('at the same time', () => {
  test('of two who approve one does, and all is booked once', async () => {
    for (let round = 0; round < 5; round++) {
      const before = await countTransactions()
      const { booking } = await submit('ISSUANCE', [row('lab', 10n, 'a'), row('institute', 10n, 'b')])
      const reasons = await Promise.all([
        reasonOf(bookings.approve(users.diana, booking.id)),
        reasonOf(bookings.approve(users.dora, booking.id)),
      ])
      expect(reasons.sort()).toEqual(['BOOKING_DECIDED', 'none'])
      expect((await countTransactions()) - before).toBe(2)
    }
  })

  test('of approving, declining and withdrawing one happens', async () => {
    for (let round = 0; round < 8; round++) {
      const before = await countTransactions()
      const { booking } = await submit('ISSUANCE', [row('lab', 10n)])
      const reasons = await Promise.all([
        reasonOf(bookings.withdraw(users.oscar, booking.id)),
        reasonOf(bookings.approve(users.diana, booking.id)),
        reasonOf(bookings.decline(users.dora, booking.id, '')),
      ])
      expect(reasons.filter((reason) => reason === 'none')).toHaveLength(1)
      const { state } = (await bookings.get(users.diana, booking.id)).booking
      expect(state).toBe(['WITHDRAWN', 'BOOKED', 'DECLINED'][reasons.indexOf('none')])
      expect((await countTransactions()) - before).toBe(state === 'BOOKED' ? 1 : 0)
    }
  })

  test('reductions of one organisation take no more than there is', async () => {
    await issue(database.dataSource, organizations.lab, classId, 100n)
    const submitted = await Promise.all(
      [60n, 60n, 60n].map((amount, index) => submit('REDUCTION', [row('lab', amount, `r${index}`)])),
    )
    await Promise.all(submitted.map(({ booking }) => bookings.approve(users.diana, booking.id)))
    const deficits = await Promise.all(
      submitted.map(async ({ booking }) => (await rowsOf(booking.id))[0]?.row.deficit),
    )
    expect(deficits.sort()).toEqual([0n, 20n, 60n])
    expect(await balance('lab')).toEqual([0n, 0n])
  })

  test('reductions and what else moves the same accounts wait for each other in no circle', async () => {
    const { dataSource } = database
    await issue(dataSource, organizations.lab, classId, 10_000n)
    await issue(dataSource, organizations.institute, classId, 10_000n)
    const submitted = await Promise.all(
      Array.from({ length: 6 }, (_, index) => {
        const rows = [row('lab', 10n, `a${index}`), row('institute', 10n, `b${index}`)]
        return submit('REDUCTION', index % 2 === 0 ? rows : rows.reverse())
      }),
    )
    await Promise.all([
      ...submitted.map(({ booking }) => bookings.approve(users.diana, booking.id)),
      ...Array.from({ length: 20 }, (_, index) => {
        const [from, to] =
          index % 2 === 0
            ? [organizations.lab, organizations.institute]
            : [organizations.institute, organizations.lab]
        return post(dataSource, [transfer(from, to, classId, 1n)])
      }),
    ])
    expect([await balance('lab'), await balance('institute')]).toEqual([
      [9_940n, 0n],
      [9_940n, 0n],
    ])
  })

  test('two that undo the same transaction are not both submitted', async () => {
    const { id } = await issue(database.dataSource, organizations.lab, classId, 100n)
    const reasons = await Promise.all([reasonOf(submitReversal(id)), reasonOf(submitReversal(id))])
    expect(reasons.sort()).toEqual(['ALREADY_REVERSED', 'none'])
  })
})

describe('a reduction', () => {
  test('takes what is available, and the rest is the deficit', async () => {
    const { dataSource } = database
    await issue(dataSource, organizations.lab, classId, 100n)
    const purposeId = randomUUID()
    const held = { purpose: 'TRANSFER', purposeId, classId, amount: 30n, description: '' } as const
    await hold(dataSource, { ...held, organizationId: organizations.lab })
    const { booking } = await submit('REDUCTION', [
      row('lab', 50n, 'a'),
      row('lab', 50n, 'b'),
      row('lab', 5n, 'c'),
      row('institute', 7n, 'd'),
    ])
    expect((await rowsOf(booking.id)).map(({ available }) => available)).toEqual([70n, 70n, 70n, 0n])
    await bookings.approve(users.diana, booking.id)
    const booked = await rowsOf(booking.id)
    expect(
      booked.map(({ row: { deficit, transactionId } }) => [deficit, transactionId !== undefined]),
    ).toEqual([
      [0n, true],
      [30n, true],
      [5n, false],
      [7n, false],
    ])
    expect(await balance('lab')).toEqual([0n, 30n])
    expect((await events(booking.id)).slice(1, -1)).toEqual([
      [`credits.credits_taken.${organizations.lab}`, '0.70'],
    ])
  })

  test('of nobody who has anything is booked all the same', async () => {
    const { booking } = await submit('REDUCTION', [row('lab', 50n)])
    expect((await bookings.approve(users.diana, booking.id)).booking.state).toBe('BOOKED')
    expect([(await rowsOf(booking.id))[0]?.row.deficit, await countTransactions()]).toEqual([50n, 0])
  })

  test('takes from an expired class, too', async () => {
    await issue(database.dataSource, organizations.lab, classId, 100n)
    await database.dataSource.query(`update credit_classes set expire_time = now() where id = $1`, [classId])
    const { booking } = await submit('REDUCTION', [row('lab', 40n)])
    await bookings.approve(users.diana, booking.id)
    expect(await balance('lab')).toEqual([60n, 0n])
  })
})

describe('an adjustment', () => {
  test('gives and takes', async () => {
    await issue(database.dataSource, organizations.lab, classId, 100n)
    const { booking } = await submit('ADJUSTMENT', [row('lab', -40n), row('institute', 40n)])
    await bookings.approve(users.diana, booking.id)
    expect([await balance('lab'), await balance('institute')]).toEqual([
      [60n, 0n],
      [40n, 0n],
    ])
  })

  test('that takes more than there is books none of its rows, and says which', async () => {
    await issue(database.dataSource, organizations.lab, classId, 100n)
    const { booking } = await submit('ADJUSTMENT', [row('institute', 40n), row('lab', -101n)])
    await expect(bookings.approve(users.diana, booking.id)).rejects.toMatchObject({
      code: 'ABORTED',
      message: `Nothing was booked. Line 2: The Lab has only 1.00 of ${code} available.`,
    })
    expect([await balance('lab'), await balance('institute')]).toEqual([
      [100n, 0n],
      [0n, 0n],
    ])
  })
})

describe('a reversal', () => {
  test('undoes a transfer by its opposite, once', async () => {
    const { dataSource } = database
    await issue(dataSource, organizations.lab, classId, 100n)
    const purposeId = randomUUID()
    const held = { purpose: 'TRANSFER', purposeId, classId, amount: 80n, description: '' } as const
    await hold(dataSource, { ...held, organizationId: organizations.lab })
    const [settled] = await settleHolds(dataSource, [
      {
        purpose: 'TRANSFER',
        purposeId,
        capture: 80n,
        to: { kind: 'AVAILABLE', organizationId: organizations.institute },
        description: '',
      },
    ])
    if (settled?.kind !== 'settled') throw new Error('the transfer was not recorded')
    const { id } = settled.transaction

    const { booking } = await submitReversal(id)
    const rows = await rowsOf(booking.id)
    expect(
      Object.fromEntries(rows.map(({ row: { amount }, organization }) => [organization?.slug, amount])),
    ).toEqual({ lab: 80n, institute: -80n })
    await bookings.approve(users.diana, booking.id)
    expect([await balance('lab'), await balance('institute')]).toEqual([
      [100n, 0n],
      [0n, 0n],
    ])
    const transactionIds = new Set((await rowsOf(booking.id)).map((each) => each.row.transactionId))
    expect(transactionIds.size).toBe(1)
    const found = await transactionsById(dataSource, [...transactionIds] as string[])
    expect([...found.values()]).toMatchObject([{ kind: 'REVERSAL', reverses: id }])
    expect(await reasonOf(submitReversal(id))).toBe('ALREADY_REVERSED')
    expect(await reasonOf(submitReversal([...transactionIds][0]!))).toBe('NOT_REVERSIBLE')
    expect((await events(booking.id)).sort()).toEqual(
      [
        ['credits.booking_submitted.-', 'Call 12'],
        [`credits.credits_issued.${organizations.lab}`, '0.80'],
        [`credits.credits_taken.${organizations.institute}`, '0.80'],
        ['credits.booking_decided.-', true],
      ].sort(),
    )
  })

  test('of what is spent is refused, and may be approved later', async () => {
    const { dataSource } = database
    const { id } = await issue(dataSource, organizations.lab, classId, 100n)
    await post(dataSource, [transfer(organizations.lab, organizations.institute, classId, 1n)])
    const { booking } = await submitReversal(id)
    expect(await reasonOf(bookings.approve(users.diana, booking.id))).toBe('ROWS_REFUSED')
    await post(dataSource, [transfer(organizations.institute, organizations.lab, classId, 1n)])
    await bookings.approve(users.diana, booking.id)
    expect(await balance('lab')).toEqual([0n, 0n])
  })

  test('that was declined may be asked for again', async () => {
    const { id } = await issue(database.dataSource, organizations.lab, classId, 100n)
    const { booking } = await submitReversal(id)
    await bookings.decline(users.diana, booking.id, 'No.')
    expect((await submitReversal(id)).booking.state).toBe('SUBMITTED')
  })

  test('of a hold, or of nothing, is refused', async () => {
    const { dataSource } = database
    await issue(dataSource, organizations.lab, classId, 100n)
    await hold(dataSource, {
      purpose: 'JOB',
      purposeId: randomUUID(),
      organizationId: organizations.lab,
      classId,
      amount: 1n,
      description: '',
    })
    const [held] = await dataSource.query(
      `select id from credit_transactions where class_id = $1 and kind = 'JOB_HOLD'`,
      [classId],
    )
    expect(await reasonOf(submitReversal(held.id))).toBe('NOT_REVERSIBLE')
    expect(await reasonOf(submitReversal(randomUUID()))).toBe('TRANSACTION_UNKNOWN')
  })
})

describe('a file', () => {
  const file = (...lines: string[]) =>
    Buffer.from(['organization,credit_class,amount,reference', ...lines].join('\r\n'))

  test('is checked as it would be booked, and nothing is stored', async () => {
    const [before] = await database.dataSource.query('select count(*)::int as count from credit_bookings')
    const { checked, rowCount, placed } = await bookings.checkFile(
      'ISSUANCE',
      file(
        `lab,${code},1.50,a`,
        `nobody,${code},-1,b`,
        `organizations/institute,creditClasses/${code},2,c`,
        'x',
      ),
    )
    expect(rowCount).toBe(3)
    expect(checked.errors.map(({ line, column }) => [line, column])).toEqual([
      [3, 'organization'],
      [3, 'amount'],
      [5, ''],
    ])
    expect(
      placed.map(({ row: { line, amount }, organization }) => [line, amount, organization?.slug]),
    ).toEqual([
      [2, 150n, 'lab'],
      [4, 200n, 'institute'],
    ])
    expect(checked.totals).toEqual([{ classCode: code, amount: 350n, rowCount: 2 }])
    const [after] = await database.dataSource.query('select count(*)::int as count from credit_bookings')
    expect(after).toEqual(before)
  })

  test('is kept by its name and hash', async () => {
    const request: BookingRequest = {
      ...head,
      kind: 'ISSUANCE',
      content: file(`lab,${code},1.50,a`),
      fileName: 'call-12.csv',
    }
    const { booking } = await bookings.create(users.oscar, request)
    expect(booking).toMatchObject({ fileName: 'call-12.csv', rowCount: 1 })
    expect(booking.fileSha256?.toString('hex')).toMatch(/^[0-9a-f]{64}$/)
    expect((await rowsOf(booking.id)).map(({ row: { line } }) => line)).toEqual([2])
  })

  test('with anything wrong in it is not submitted, and each row that is wrong is named', async () => {
    const content = file(`lab,${code},1.505,a`, `lab,${code},1,b`, `lab,gold,1,c`)
    await expect(
      bookings.create(users.oscar, { ...head, kind: 'ISSUANCE', content, fileName: '' }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'BOOKING_ROWS',
      violations: [
        { field: 'content', description: 'Line 2: amount: has 3 decimals; this class has at most 2.' },
        { field: 'content', description: 'Line 4: credit_class: There is no class “gold”.' },
      ],
    })
  })

  test('of 10,000 rows is booked at once', async () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, index) => `${index % 2 === 0 ? 'lab' : 'institute'},${code},0.01,${index}`,
    )
    const { booking } = await bookings.create(users.oscar, {
      ...head,
      kind: 'ISSUANCE',
      content: file(...lines),
      fileName: 'all.csv',
    })
    await bookings.approve(users.diana, booking.id)
    expect([await balance('lab'), await balance('institute'), await countTransactions()]).toEqual([
      [5_000n, 0n],
      [5_000n, 0n],
      10_000,
    ])
    const page = await bookings.rows(booking.id, 9_999, 5)
    expect([page.rows.map(({ row: { line } }) => line), page.next]).toEqual([[10_000, 10_001], undefined])
  })
})

describe('rows of a request', () => {
  test('that are wrong are named by their place in it', async () => {
    await expect(
      submit('ISSUANCE', [row('lab', 1n, 'a'), row('nobody', 0n, 'b'), row('lab', -1n, 'c')]),
    ).rejects.toMatchObject({
      violations: [
        { field: 'rows[1].organization' },
        { field: 'rows[1].amount' },
        { field: 'rows[2].amount' },
      ],
    })
  })

  test('may give to the operator, too', async () => {
    const { booking } = await submit('ISSUANCE', [row('operator', 5n)])
    await bookings.approve(users.diana, booking.id)
    expect(await balance('operator')).toEqual([5n, 0n])
  })
})

describe('a repeated request', () => {
  const requestOf = (requestId: string, amount = 1n): BookingRequest => ({
    ...head,
    kind: 'ISSUANCE',
    rows: [row('lab', amount)],
    requestId,
  })

  test('gives the first answer, also when both come at once', async () => {
    const requestId = randomUUID()
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await bookings.create(users.oscar, requestOf(requestId))).booking.id),
    )
    expect(new Set(ids).size).toBe(1)
    await database.dataSource.query(`update credit_classes set state = 'CLOSED' where id = $1`, [classId])
    expect((await bookings.create(users.oscar, requestOf(requestId))).booking.id).toBe(ids[0])
  })

  test('with another body is refused, and is free to another person', async () => {
    const requestId = randomUUID()
    await bookings.create(users.oscar, requestOf(requestId))
    expect(await reasonOf(bookings.create(users.oscar, requestOf(requestId, 2n)))).toBe('REQUEST_ID_REUSED')
    expect(await reasonOf(bookings.create(users.olivia, requestOf(requestId, 2n)))).toBe('none')
  })
})

test('bookings are listed latest first, page by page, by their states and kinds', async () => {
  const made: string[] = []
  for (const [index, amount] of [1n, 2n, 3n].entries()) {
    made.push((await submit('AWARD', [row('lab', amount, `${index}`)])).booking.id)
  }
  const list = (after: Awaited<ReturnType<typeof bookings.list>>['next']) =>
    bookings.list(users.diana, { states: ['SUBMITTED'], kinds: ['AWARD'], after, pageSize: 2 })
  const first = await list(undefined)
  const second = await list(first.next)
  const ids = [...first.bookings, ...second.bookings].map(({ booking }) => booking.id)
  expect(ids.slice(0, 3)).toEqual(made.toReversed())
})

test('what was submitted is never changed, nor removed', async () => {
  const { booking } = await submit('ISSUANCE', [row('lab', 1n)])
  const changes = [
    `update credit_booking_rows set amount = 2 where booking_id = $1`,
    `update credit_booking_rows set organization_id = '${organizations.institute}' where booking_id = $1`,
    `delete from credit_booking_rows where booking_id = $1`,
    `update credit_bookings set reason = 'Another.' where id = $1`,
    `delete from credit_bookings where id = $1`,
  ]
  for (const change of changes) {
    await expect(database.dataSource.query(change, [booking.id])).rejects.toThrow(
      'kept as they were submitted',
    )
  }
})
