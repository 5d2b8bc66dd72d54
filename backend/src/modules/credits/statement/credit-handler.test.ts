import { randomUUID } from 'node:crypto'
import {
  CreditServiceService,
  ExportStatementRequest,
  ListStatementLinesRequest,
  type StatementLine,
} from '@fairlead/proto/server/fairlead/credits/v1/credits'
import type { HttpBody } from '@fairlead/proto/server/google/api/httpbody'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, startTestBackend, type TestBackend } from '../../../testing/backend.ts'
import { failureOf } from '../../../testing/service-error.ts'
import { hold, post, settleHolds } from '../ledger/index.ts'

const {
  createCreditClass,
  exportStatement,
  getBalanceHistory,
  getComplianceReport,
  listBalances,
  listCreditClasses,
  listStatementLines,
  setLowBalance,
  updateCreditClass,
} = CreditServiceService

const parent = 'organizations/lab'
const creditClass = 'creditClasses/compute'
let backend: TestBackend
let treasurer: string
let operator: string
let lab: string
let other: string
let classId: string
let secondId: string
const job = randomUUID()

/** Statements of the tests, oldest first. */
let lines: StatementLine[]

beforeAll(async () => {
  backend = await startTestBackend({
    organizations: [
      {
        slug: 'centre',
        displayName: 'Centre',
        kind: 'OPERATOR',
        members: [{ email: 'operator@example.org', role: 'ADMINISTRATOR' }],
      },
      {
        slug: 'lab',
        displayName: '=Lab, "the" first',
        kind: 'MEMBER',
        members: [{ email: 'treasurer@example.org', role: 'TREASURER' }],
      },
      { slug: 'other', displayName: '=1+1', kind: 'MEMBER', members: [] },
    ],
  })
  treasurer = await backend.issuer.tokenOf('treasurer')
  operator = await backend.issuer.tokenOf('operator')
  const { dataSource } = backend.database
  const organizations: { id: string; slug: string }[] = await dataSource.query(
    'select id, slug from organizations',
  )
  const idOf = (slug: string) => organizations.find((each) => each.slug === slug)!.id
  ;[lab, other] = [idOf('lab'), idOf('other')]
  const made = { unit: 'credit', description: '' }
  const year = new Date().getUTCFullYear()
  await backend.call(
    createCreditClass,
    { ...made, creditClassId: 'compute', displayName: 'Compute', decimals: 2, validityYear: year },
    operator,
  )
  await backend.call(
    createCreditClass,
    { ...made, creditClassId: 'archive', displayName: 'Archive', decimals: 0, validityYear: 0 },
    operator,
  )
  const classes: { id: string; code: string }[] = await dataSource.query(
    'select id, code from credit_classes',
  )
  classId = classes.find(({ code }) => code === 'compute')!.id
  secondId = classes.find(({ code }) => code === 'archive')!.id

  const issue = (organizationId: string, ofClass: string, amount: bigint) => ({
    kind: 'ISSUANCE' as const,
    classId: ofClass,
    postings: [
      { account: { kind: 'ISSUANCE' as const, classId: ofClass }, amount: -amount },
      { account: { kind: 'AVAILABLE' as const, organizationId, classId: ofClass }, amount },
    ],
    description: 'Allocation of the year',
    reference: { kind: 'booking' as const, id: randomUUID() },
  })
  const posted = await post(dataSource, [
    issue(lab, classId, 100_000n),
    issue(lab, secondId, 7n),
    issue(other, classId, 5_000n),
  ])
  expect(posted.map(({ kind }) => kind)).toEqual(['posted', 'posted', 'posted'])
  await hold(dataSource, {
    purpose: 'JOB',
    purposeId: job,
    organizationId: lab,
    classId,
    amount: 30_000n,
    description: '=HYPERLINK("https://evil.example")',
  })
  await settleHolds(dataSource, [
    { purpose: 'JOB', purposeId: job, capture: 12_345n, to: { kind: 'SINK' }, description: 'Job m51' },
  ])
  const transfer = await insertTransfer()
  await hold(dataSource, {
    purpose: 'TRANSFER',
    purposeId: transfer,
    organizationId: lab,
    classId,
    amount: 20_000n,
    description: 'Offer',
  })
  await settleHolds(dataSource, [
    {
      purpose: 'TRANSFER',
      purposeId: transfer,
      capture: 20_000n,
      to: { kind: 'AVAILABLE', organizationId: other },
      description: 'Sold',
    },
  ])
  lines = (await statement({})).lines.toReversed()
})
afterAll(() => backend.stop())

/** What lab sells to other. */
async function insertTransfer(): Promise<string> {
  const id = v7()
  const [user] = await backend.database.dataSource.query('select id from users limit 1')
  await backend.database.dataSource.query(
    `insert into credit_transfers (id, direction, seller_id, buyer_id, class_id, amount, price_per_credit_micros,
       currency_code, category, expire_time, attachments, state, proposer_id, create_time, update_time,
       public_update_time, step_count, public_step_count, request_hash)
     values ($1, 'SELL', $2, $3, $4, 20000, 0, '', 'GIFT', now() + interval '1 day', '[]', 'PROPOSED', $5, now(),
       now(), now(), 1, 1, '')`,
    [id, lab, other, classId, user.id],
  )
  return id
}

const statement = (asked: Partial<ListStatementLinesRequest>) =>
  backend.call(listStatementLines, ListStatementLinesRequest.fromPartial({ parent, ...asked }), treasurer)

async function exported(asked: Partial<ExportStatementRequest>): Promise<{ type: string; content: string }> {
  const { path, requestSerialize, responseDeserialize } = exportStatement
  const stream = backend.client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    ExportStatementRequest.fromPartial({ parent, format: 'EXPORT_FORMAT_CSV', ...asked }),
    bearer(treasurer),
  )
  const bodies: HttpBody[] = []
  for await (const body of stream) bodies.push(body as HttpBody)
  return {
    type: bodies[0]?.contentType ?? '',
    content: Buffer.concat(bodies.map(({ data }) => data)).toString('latin1'),
  }
}

describe('a statement', () => {
  test('says of each transaction what it changed and what was there after it', () => {
    expect(
      lines.map((line) => [
        line.kind.slice('TRANSACTION_KIND_'.length),
        line.creditClass.slice('creditClasses/'.length),
        line.availableChange,
        line.availableAfter,
        line.heldChange,
        line.heldAfter,
      ]),
    ).toEqual([
      ['ISSUANCE', 'compute', 100_000n, 100_000n, 0n, 0n],
      ['ISSUANCE', 'archive', 7n, 7n, 0n, 0n],
      ['JOB_HOLD', 'compute', -30_000n, 70_000n, 30_000n, 30_000n],
      ['JOB_CAPTURE', 'compute', 17_655n, 87_655n, -30_000n, 0n],
      ['TRANSFER_HOLD', 'compute', -20_000n, 67_655n, 20_000n, 20_000n],
      ['TRANSFER', 'compute', 0n, 67_655n, -20_000n, 0n],
    ])
  })

  test('leads to jobs and transfers, names the other side, and tells nothing of bookings', () => {
    const [issued, , , captured, , sold] = lines
    expect(issued).toMatchObject({ reference: '', counterparty: '' })
    expect(captured).toMatchObject({ reference: `organizations/lab/jobs/${job}`, description: 'Job m51' })
    expect(sold?.counterparty).toBe('=1+1')
    expect(sold?.reference).toMatch(/^organizations\/lab\/transfers\/[0-9a-f-]{36}$/)
  })

  test.each([
    ['class', { creditClass: 'creditClasses/archive' }, [1]],
    ['another class', { creditClass }, [5, 4, 3, 2, 0]],
    ['kinds of people', { kinds: ['TRANSACTION_KIND_ISSUANCE' as const] }, [1, 0]],
    [
      'kinds of jobs',
      { kinds: ['TRANSACTION_KIND_JOB_HOLD' as const, 'TRANSACTION_KIND_JOB_CAPTURE' as const] },
      [3, 2],
    ],
    ['kind that there is none of', { kinds: ['TRANSACTION_KIND_AWARD' as const] }, []],
    [
      'kind of transfers that there is none of',
      { kinds: ['TRANSACTION_KIND_TRANSFER_RELEASE' as const] },
      [],
    ],
    ['job', { reference: `organizations/lab/jobs/${job}` }, [3, 2]],
    [
      'job and kind',
      { reference: `organizations/lab/jobs/${job}`, kinds: ['TRANSACTION_KIND_JOB_HOLD' as const] },
      [2],
    ],
    ['job that is not', { reference: `organizations/lab/jobs/${randomUUID()}` }, []],
    [
      'class and kinds of both sorts',
      { creditClass, kinds: ['TRANSACTION_KIND_ISSUANCE' as const, 'TRANSACTION_KIND_TRANSFER' as const] },
      [5, 0],
    ],
  ])('by %s', async (_what, asked, expected) => {
    const found = await statement(asked)
    expect(found.lines).toEqual(expected.map((index) => lines[index]))
    expect(found.nextPageToken).toBe('')
  })

  test('of a period has what began in it', async () => {
    const [, , third, , fifth] = lines
    // Times are told in milliseconds, so a millisecond's lines belong together.
    const from = third!.time!
    const until = fifth!.time!
    const found = await statement({ startTime: from, endTime: until })
    expect(found.lines.map(({ transaction }) => transaction)).toEqual(
      lines
        .filter(({ time }) => time! >= from && time! < until)
        .map(({ transaction }) => transaction)
        .toReversed(),
    )
  })

  test.each([
    {},
    { creditClass },
    { kinds: ['TRANSACTION_KIND_JOB_HOLD' as const, 'TRANSACTION_KIND_TRANSFER' as const] },
    { kinds: ['TRANSACTION_KIND_ISSUANCE' as const] },
    { reference: `organizations/lab/jobs/${job}` },
  ])('of %j is the same in pages of one', async (asked) => {
    const whole = await statement(asked)
    const paged: StatementLine[] = []
    let pageToken = ''
    do {
      const page = await statement({ ...asked, pageSize: 1, pageToken })
      expect(page.lines.length).toBeLessThanOrEqual(1)
      paged.push(...page.lines)
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(paged).toEqual(whole.lines)
  })

  test('takes no page token of another filter or organisation', async () => {
    const { nextPageToken: pageToken } = await statement({ pageSize: 1 })
    expect(pageToken).not.toBe('')
    expect(await failureOf(statement({ pageSize: 1, pageToken, creditClass }))).toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    })
  })

  test.each([
    ['an end before its start', { startTime: new Date(2), endTime: new Date(1) }, 'end_time'],
    ['an end at its start', { startTime: new Date(1), endTime: new Date(1) }, 'end_time'],
    ['a time that is none', { startTime: new Date(8.64e15) }, 'start_time'],
    ['a job of another organisation', { reference: `organizations/other/jobs/${job}` }, 'reference'],
    ['a reference that is none', { reference: 'jobs' }, 'reference'],
    ['no kind', { kinds: ['TRANSACTION_KIND_UNSPECIFIED' as const] }, 'kinds'],
  ])('refuses %s', async (_what, asked, field) => {
    expect(await failureOf(statement(asked))).toMatchObject({ code: 'INVALID_ARGUMENT', fields: [field] })
  })

  test('of a class that is not is not found', async () => {
    expect(await failureOf(statement({ creditClass: 'creditClasses/absent' }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'CREDIT_CLASS_NOT_FOUND',
    })
  })

  test('of another organisation is denied', async () => {
    expect(await failureOf(statement({ parent: 'organizations/other' }))).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
  })
})

describe('an export', () => {
  test('has every line, oldest first, with amounts in credits and no formula', async () => {
    const { type, content } = await exported({})
    expect(type).toBe('text/csv; charset=utf-8; header=present')
    const [titles, ...records] = content.trimEnd().split('\r\n')
    expect(titles).toBe(
      'Time (UTC),Kind,Class,Description,Counterparty,Available change,Available after,Held change,Held after,Unit,Reference,Transaction',
    )
    expect(records).toHaveLength(6)
    const [, , held, captured, , sold] = records
    expect(held).toContain(
      `,Held for a job,compute,"'=HYPERLINK(""https://evil.example"")",,-300.00,700.00,300.00,300.00,credit,`,
    )
    expect(captured).toContain(',176.55,876.55,-300.00,0.00,credit,')
    expect(sold).toContain(",Sold,'=1+1,0.00,676.55,-200.00,0.00,")
    expect(records[1]).toContain(',archive,Allocation of the year,,7,7,0,0,credit,,')
    expect(records.map((record) => record.split(',')[0])).toEqual(
      lines.map(({ time }) => time?.toISOString()),
    )
  })

  test('takes the filters of the statement', async () => {
    const { content } = await exported({ creditClass, kinds: ['TRANSACTION_KIND_ISSUANCE'] })
    expect(content.trimEnd().split('\r\n')).toHaveLength(2)
    const { content: ofJobs } = await exported({ kinds: ['TRANSACTION_KIND_JOB_HOLD'] })
    expect(ofJobs.trimEnd().split('\r\n')).toHaveLength(2)
  })

  test('as XLSX is a workbook', async () => {
    const { type, content } = await exported({ format: 'EXPORT_FORMAT_XLSX' })
    expect(type).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
    expect(content.slice(0, 4)).toBe('PK\u0003\u0004')
  })

  test.each([
    ['no format', { format: 'EXPORT_FORMAT_UNSPECIFIED' as const }, { fields: ['format'] }],
    ['a period that ends first', { startTime: new Date(2), endTime: new Date(1) }, { fields: ['end_time'] }],
    ['a class that is not', { creditClass: 'creditClasses/absent' }, { reason: 'CREDIT_CLASS_NOT_FOUND' }],
    ['another organisation', { parent: 'organizations/other' }, { code: 'PERMISSION_DENIED' }],
  ])('refuses %s', async (_what, asked, expected) => {
    expect(await failureOf(exported(asked))).toMatchObject(expected)
  })
})

describe('balances', () => {
  const balancesAt = async (time: Date | undefined) =>
    (await backend.call(listBalances, { parent, time }, treasurer)).balances

  test('are told by class', async () => {
    expect(await balancesAt(undefined)).toContainEqual({
      creditClass,
      available: 67_655n,
      held: 0n,
      heldForJobs: 0n,
      heldForTransfers: 0n,
      lowBalance: 0n,
    })
  })

  test('at a time are those of the statement', async () => {
    for (const [index, { time }] of lines.entries()) {
      const last = lines.findLast(
        (line, at) =>
          line.creditClass === creditClass && (at <= index || line.time!.getTime() === time!.getTime()),
      )
      const found = (await balancesAt(time)).find((balance) => balance.creditClass === creditClass)
      expect([found?.available, found?.held]).toEqual([last?.availableAfter, last?.heldAfter])
    }
  })

  test('before everything are none, and a thousand years on those of now', async () => {
    expect(await balancesAt(new Date('1026-01-01T00:00:00Z'))).toEqual([])
    expect(
      (await balancesAt(new Date('3026-01-01T00:00:00Z'))).map(({ available }) => available).sort(),
    ).toEqual([67_655n, 7n])
  })

  test('at a time that is none are refused', async () => {
    expect(await failureOf(balancesAt(new Date(8.64e15)))).toMatchObject({ fields: ['time'] })
  })

  const history = (asked: object) =>
    backend.call(
      getBalanceHistory,
      { parent, creditClass, startTime: undefined, endTime: undefined, pointCount: 0, ...asked },
      treasurer,
    )

  test('over time begin and end where they are asked to', async () => {
    const startTime = new Date(Date.now() - 1_000_000)
    const endTime = new Date(Date.now() + 1_000_000)
    const { points } = await history({ startTime, endTime, pointCount: 5 })
    expect(points).toHaveLength(5)
    expect(points[0]).toEqual({ time: startTime, available: 0n, held: 0n })
    expect(points[4]).toEqual({ time: endTime, available: 67_655n, held: 0n })
    expect(points[1]!.time!.getTime() - startTime.getTime()).toBe(500_000)
  })

  test('over time have a point a day for three months when nothing else is asked for', async () => {
    const { points } = await history({})
    expect(points).toHaveLength(91)
    expect(points.at(-1)!.time!.getTime() - points[0]!.time!.getTime()).toBe(90 * 86_400_000)
    expect(points.at(-1)).toMatchObject({ available: 67_655n })
  })

  test('over one point are those of the end', async () => {
    expect((await history({ pointCount: 1 })).points).toMatchObject([{ available: 67_655n }])
  })

  test.each([
    [{ startTime: new Date(2), endTime: new Date(1) }, 'end_time'],
    [{ startTime: new Date(Date.now() + 86_400_000) }, 'end_time'],
    [{ endTime: new Date(8.64e15) }, 'end_time'],
  ])('over %j are refused', async (asked, field) => {
    expect(await failureOf(history(asked))).toMatchObject({ fields: [field] })
  })

  test('below which people are told are kept', async () => {
    const changed = await backend.call(setLowBalance, { parent, creditClass, lowBalance: 500n }, treasurer)
    expect(changed).toMatchObject({ creditClass, available: 67_655n, lowBalance: 500n })
    expect(await balancesAt(undefined)).toContainEqual(changed)
    const never = await backend.call(setLowBalance, { parent, creditClass, lowBalance: 0n }, treasurer)
    expect(never.lowBalance).toBe(0n)
  })
})

describe('a compliance report', () => {
  const report = (asked: object, of = parent) =>
    backend.call(
      getComplianceReport,
      { parent: of, startTime: undefined, endTime: undefined, ...asked },
      treasurer,
    )
  const around = { startTime: new Date(Date.now() - 3_600_000), endTime: new Date(Date.now() + 3_600_000) }

  test('says where credits came from and went', async () => {
    const found = await report(around)
    expect(found).toMatchObject({
      organization: parent,
      organizationDisplayName: '=Lab, "the" first',
      ...around,
    })
    const none = { awarded: 0n, adjusted: 0n, bought: 0n, sold: 0n, used: 0n, reduced: 0n, deficit: 0n }
    expect(found.lines).toEqual([
      { ...none, creditClass: 'creditClasses/archive', opening: 0n, issued: 7n, closing: 7n },
      { ...none, creditClass, opening: 0n, issued: 100_000n, sold: 20_000n, used: 12_345n, closing: 67_655n },
    ])
  })

  test('of a later period begins with what the one before ended with', async () => {
    const startTime = around.endTime
    const { lines: found } = await report({ startTime, endTime: new Date(startTime.getTime() + 1) })
    expect(found).toMatchObject([
      { opening: 7n, issued: 0n, closing: 7n },
      { opening: 67_655n, issued: 0n, sold: 0n, closing: 67_655n },
    ])
  })

  test('of an earlier period is empty', async () => {
    const { lines: found } = await report({ startTime: new Date(1), endTime: new Date(2) })
    expect(found).toEqual([])
  })

  test.each([
    [{ startTime: new Date(2), endTime: new Date(1) }, 'end_time'],
    [{ startTime: new Date('1026-01-01'), endTime: new Date('2026-01-01') }, 'end_time'],
    [{ startTime: new Date(8.64e15), endTime: new Date(2) }, 'start_time'],
  ])('of %j is refused', async (asked, field) => {
    expect(await failureOf(report(asked))).toMatchObject({ code: 'INVALID_ARGUMENT', fields: [field] })
  })

  test('of another organisation is denied', async () => {
    expect(await failureOf(report(around, 'organizations/other'))).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
  })
})

describe('a class', () => {
  const create = (creditClassId: string, more: object = {}) =>
    backend.call(
      createCreditClass,
      {
        creditClassId,
        displayName: 'A class',
        unit: 'credit',
        decimals: 2,
        validityYear: 0,
        description: '',
        ...more,
      },
      operator,
    )
  const update = (name: string, updateMask: string[], more: object = {}) =>
    backend.call(
      updateCreditClass,
      {
        name,
        updateMask,
        displayName: '',
        description: '',
        state: 'CREDIT_CLASS_STATE_UNSPECIFIED' as const,
        ...more,
      },
      operator,
    )

  test('of a year is good until it ends, in UTC', async () => {
    expect(await create('year-2031', { validityYear: 2031 })).toEqual({
      name: 'creditClasses/year-2031',
      displayName: 'A class',
      unit: 'credit',
      decimals: 2,
      validityYear: 2031,
      state: 'CREDIT_CLASS_STATE_ACTIVE',
      expireTime: new Date('2032-01-01T00:00:00Z'),
      expired: false,
      description: '',
    })
    expect(await create('year-2001', { validityYear: 2001 })).toMatchObject({ expired: true })
  })

  test('that is expired or closed comes after the others', async () => {
    await create('zz-open')
    await create('aa-closed')
    await update('creditClasses/aa-closed', ['state'], { state: 'CREDIT_CLASS_STATE_CLOSED' })
    const { creditClasses } = await backend.call(listCreditClasses, {}, treasurer)
    const codes = creditClasses.map(({ name }) => name.slice('creditClasses/'.length))
    expect(codes.indexOf('zz-open')).toBeLessThan(codes.indexOf('aa-closed'))
  })

  test('is changed in what the mask names alone', async () => {
    await create('changing', { description: 'before' })
    const changed = await update('creditClasses/changing', ['display_name'], { displayName: 'Other name' })
    expect(changed).toMatchObject({ displayName: 'Other name', description: 'before' })
    const emptied = await update('creditClasses/changing', ['description', 'state'], {
      state: 'CREDIT_CLASS_STATE_CLOSED',
    })
    expect(emptied).toMatchObject({
      displayName: 'Other name',
      description: '',
      state: 'CREDIT_CLASS_STATE_CLOSED',
    })
  })

  test('has a code of its own, also among those who make it at once', async () => {
    const made = await Promise.allSettled(Array.from({ length: 4 }, () => create('only-one')))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await failureOf(create('only-one'))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'CREDIT_CLASS_EXISTS',
    })
  })

  test.each([
    [['decimals'], {}, 'update_mask'],
    [[], {}, 'update_mask'],
    [['display_name'], { displayName: ' ' }, 'display_name'],
    [['state'], {}, 'state'],
  ])('refuses a change of %j to %j', async (mask, more, field) => {
    expect(await failureOf(update(creditClass, mask, more))).toMatchObject({ fields: [field] })
  })

  test('that is not is not found', async () => {
    expect(await failureOf(update('creditClasses/absent', ['description']))).toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})
