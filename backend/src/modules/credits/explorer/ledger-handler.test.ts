import { randomUUID } from 'node:crypto'
import {
  ExportComplianceReportsRequest,
  LedgerServiceService,
  ListAccountsRequest,
  ListTransactionsRequest,
  type Transaction,
} from '@fairlead/proto/server/fairlead/credits/v1/ledger'
import type { HttpBody } from '@fairlead/proto/server/google/api/httpbody'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, startTestBackend, type TestBackend } from '../../../testing/backend.ts'
import { failureOf } from '../../../testing/service-error.ts'
import { hold, post, reverse } from '../ledger/index.ts'
import { seal } from '../sealing/index.ts'
import { addClass, addOrganization, issuance, transfer } from '../testing/ledger-fixture.ts'

const {
  exportComplianceReports,
  getLedgerState,
  getReconciliation,
  getTransaction,
  listAccounts,
  listComplianceReports,
  listTransactions,
  verifyLedger,
} = LedgerServiceService

let backend: TestBackend
let analyst: string
let alpha: string
let beta: string
let classId: string
let userId: string
const job = randomUUID()
const booking = randomUUID()
/** All of them, oldest first. */
let all: Transaction[]

beforeAll(async () => {
  backend = await startTestBackend({
    organizations: [
      {
        slug: 'centre',
        displayName: 'Centre',
        kind: 'OPERATOR',
        members: [{ email: 'analyst@example.org', role: 'ANALYST' }],
      },
    ],
  })
  analyst = await backend.issuer.tokenOf('analyst')
  const { dataSource } = backend.database
  alpha = await addOrganization(dataSource, 'alpha')
  beta = await addOrganization(dataSource, 'beta')
  await addOrganization(dataSource, 'gamma')
  classId = await addClass(dataSource, { code: 'compute' })
  const second = await addClass(dataSource, { code: 'archive' })
  ;[{ id: userId }] = await dataSource.query('select id from users')
  await post(dataSource, [
    {
      ...issuance(alpha, classId, 1_000n),
      actorId: userId,
      reference: { kind: 'booking', id: booking },
      metadata: { line: '7' },
    },
    issuance(alpha, second, 5n),
    issuance(beta, classId, 50n),
    transfer(alpha, beta, classId, 100n),
  ])
  await hold(dataSource, {
    purpose: 'JOB',
    purposeId: job,
    organizationId: beta,
    classId,
    amount: 30n,
    description: 'Job m51',
  })
  const [moved] = await transactions({ kinds: ['TRANSACTION_KIND_TRANSFER'] })
  const undone = await reverse(dataSource, { transactionId: idOf(moved!), description: 'A mistake' })
  expect(undone.kind).toBe('posted')
  all = (await transactions({})).toReversed()
})
afterAll(() => backend.stop())

const idOf = ({ name }: Transaction) => name.slice('creditTransactions/'.length)
const list = (asked: Partial<ListTransactionsRequest>) =>
  backend.call(listTransactions, ListTransactionsRequest.fromPartial(asked), analyst)
const transactions = async (asked: Partial<ListTransactionsRequest>) => (await list(asked)).transactions

describe('transactions', () => {
  test('are told with both sides, newest first', () => {
    expect(all.map(({ kind }) => kind.slice('TRANSACTION_KIND_'.length))).toEqual([
      'ISSUANCE',
      'ISSUANCE',
      'ISSUANCE',
      'TRANSFER',
      'JOB_HOLD',
      'REVERSAL',
    ])
    for (const { postings } of all) {
      expect(postings.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n)
    }
    expect(all[0]).toMatchObject({
      creditClass: 'creditClasses/compute',
      reference: `creditBookings/${booking}`,
      actorDisplayName: 'Analyst',
      metadata: { line: '7' },
      sealNumber: 0n,
      sealHash: '',
    })
    expect(all[0]?.postings).toContainEqual({
      account: 'ACCOUNT_KIND_AVAILABLE',
      organization: 'organizations/alpha',
      organizationDisplayName: 'alpha',
      amount: 1_000n,
      balanceAfter: 1_000n,
    })
    expect(all[0]?.postings).toContainEqual({
      account: 'ACCOUNT_KIND_ISSUANCE',
      organization: '',
      organizationDisplayName: '',
      amount: -1_000n,
      balanceAfter: -1_000n,
    })
    expect(all[4]?.reference).toBe(`organizations/beta/jobs/${job}`)
  })

  test.each([
    [
      'organisation',
      { organization: 'organizations/beta' },
      ['ISSUANCE', 'TRANSFER', 'JOB_HOLD', 'REVERSAL'],
    ],
    ['organisation without any', { organization: 'organizations/gamma' }, []],
    ['class', { creditClass: 'creditClasses/archive' }, ['ISSUANCE']],
    [
      'class and organisation',
      { creditClass: 'creditClasses/compute', organization: 'organizations/alpha' },
      ['ISSUANCE', 'TRANSFER', 'REVERSAL'],
    ],
    ['kind', { kinds: ['TRANSACTION_KIND_ISSUANCE' as const] }, ['ISSUANCE', 'ISSUANCE', 'ISSUANCE']],
    ['kind of jobs', { kinds: ['TRANSACTION_KIND_JOB_HOLD' as const] }, ['JOB_HOLD']],
    [
      'kind and class',
      { kinds: ['TRANSACTION_KIND_ISSUANCE' as const], creditClass: 'creditClasses/archive' },
      ['ISSUANCE'],
    ],
    [
      'kind, class and organisation',
      {
        kinds: ['TRANSACTION_KIND_TRANSFER' as const],
        creditClass: 'creditClasses/compute',
        organization: 'organizations/beta',
      },
      ['TRANSFER'],
    ],
    ['booking', { reference: `creditBookings/${booking}` }, ['ISSUANCE']],
    ['job', { reference: `organizations/beta/jobs/${job}` }, ['JOB_HOLD']],
  ])('by %s', async (_what, asked, kinds) => {
    const found = await transactions(asked)
    expect(found.map(({ kind }) => kind.slice('TRANSACTION_KIND_'.length))).toEqual(kinds.toReversed())
    const paged: Transaction[] = []
    let pageToken = ''
    do {
      const page = await list({ ...asked, pageSize: 1, pageToken })
      paged.push(...page.transactions)
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(paged).toEqual(found)
  })

  test.each([
    ['an end before its start', { startTime: new Date(2), endTime: new Date(1) }, { fields: ['end_time'] }],
    ['a reference that is none', { reference: 'users/1' }, { fields: ['reference'] }],
    ['no kind', { kinds: ['TRANSACTION_KIND_UNSPECIFIED' as const] }, { fields: ['kinds'] }],
    ['a class that is not', { creditClass: 'creditClasses/absent' }, { reason: 'CREDIT_CLASS_NOT_FOUND' }],
    ['an organisation that is not', { organization: 'organizations/absent' }, { code: 'NOT_FOUND' }],
  ])('of %s are refused', async (_what, asked, expected) => {
    expect(await failureOf(list(asked))).toMatchObject(expected)
  })

  test('take no page token of another filter', async () => {
    const { nextPageToken: pageToken } = await list({ pageSize: 1 })
    const other = list({ pageSize: 1, pageToken, organization: 'organizations/alpha' })
    expect(await failureOf(other)).toMatchObject({ reason: 'PAGE_TOKEN_INVALID' })
  })

  test('are told one by one, with what undid them and their seal', async () => {
    await seal(backend.database.dataSource)
    const state = await backend.call(getLedgerState, {}, analyst)
    expect(state).toMatchObject({
      transactionCount: BigInt(all.length),
      sealedCount: BigInt(all.length),
    })
    const found = await Promise.all(all.map(({ name }) => backend.call(getTransaction, { name }, analyst)))
    expect(found.map(({ sealNumber }) => sealNumber)).toEqual(all.map((_, index) => BigInt(index + 1)))
    expect(found.at(-1)?.sealHash).toBe(state.headHash)
    const reversal = found.find(({ kind }) => kind === 'TRANSACTION_KIND_REVERSAL')
    const reversed = found.find(({ kind }) => kind === 'TRANSACTION_KIND_TRANSFER')
    expect(reversal?.reverses).toBe(reversed?.name)
    expect(reversed?.reversedBy).toBe(reversal?.name)
  })

  test.each([randomUUID(), '-'.repeat(36)])('that are not, as %s, are not found', async (id) => {
    const call = backend.call(getTransaction, { name: `creditTransactions/${id}` }, analyst)
    expect(await failureOf(call)).toMatchObject({ code: 'NOT_FOUND', reason: 'TRANSACTION_NOT_FOUND' })
  })
})

describe('accounts', () => {
  const page = (asked: Partial<ListAccountsRequest>) =>
    backend.call(listAccounts, ListAccountsRequest.fromPartial(asked), analyst)
  const shown = async (asked: Partial<ListAccountsRequest>) =>
    (await page(asked)).accounts.map(({ organization, balance }) => [
      organization,
      balance?.creditClass,
      balance?.available,
      balance?.heldForJobs,
    ])

  test('are told by organisation and class', async () => {
    const alphaArchive = ['organizations/alpha', 'creditClasses/archive', 5n, 0n]
    const alphaCompute = ['organizations/alpha', 'creditClasses/compute', expect.any(BigInt), 0n]
    const betaCompute = ['organizations/beta', 'creditClasses/compute', expect.any(BigInt), 30n]
    expect(await shown({})).toEqual([alphaArchive, alphaCompute, betaCompute])
    expect(await shown({ organization: 'organizations/beta' })).toEqual([betaCompute])
    expect(await shown({ creditClass: 'creditClasses/archive' })).toEqual([alphaArchive])
    expect(await shown({ organization: 'organizations/gamma' })).toEqual([])
  })

  test.each([{}, { creditClass: 'creditClasses/compute' }, { organization: 'organizations/alpha' }])(
    'of %j are the same in pages of one',
    async (asked) => {
      const paged: unknown[] = []
      let pageToken = ''
      do {
        const { accounts, nextPageToken } = await page({ ...asked, pageSize: 1, pageToken })
        paged.push(...accounts)
        pageToken = nextPageToken
      } while (pageToken !== '')
      expect(paged).toEqual((await page(asked)).accounts)
    },
  )
})

test('a verification that is asked for is told of', async () => {
  const state = await backend.call(verifyLedger, {}, analyst)
  expect(state.verification).toMatchObject({ outcome: 'VERIFICATION_OUTCOME_RUNNING', endTime: undefined })
})

test('a reconciliation adds up', async () => {
  const { lines, discrepancies } = await backend.call(getReconciliation, {}, analyst)
  expect(discrepancies.filter(({ reason }) => reason !== 'HOLD_WITHOUT_JOB')).toEqual([])
  expect(lines.map(({ creditClass }) => creditClass)).toEqual([
    'creditClasses/archive',
    'creditClasses/compute',
  ])
  for (const { issued, available, held, used, reduced, jobHolds, transferHolds } of lines) {
    expect(available + held + used + reduced).toBe(issued)
    expect(jobHolds + transferHolds).toBe(held)
  }
})

describe('compliance reports', () => {
  const period = { startTime: new Date(Date.now() - 3_600_000), endTime: new Date(Date.now() + 3_600_000) }
  const page = (asked: object) =>
    backend.call(listComplianceReports, { pageSize: 0, pageToken: '', ...period, ...asked }, analyst)

  test('of every organisation are told by slug, in pages', async () => {
    const { reports } = await page({})
    const slugs = ['alpha', 'beta', 'centre', 'gamma'].map((slug) => `organizations/${slug}`)
    expect(reports.map(({ organization }) => organization)).toEqual(slugs)
    const first = await page({ pageSize: 3 })
    const second = await page({ pageSize: 3, pageToken: first.nextPageToken })
    expect([...first.reports, ...second.reports]).toEqual(reports)
    expect(second.nextPageToken).toBe('')
  })

  test('count what a reduction did not find as its deficit', async () => {
    const { dataSource } = backend.database
    const id = randomUUID()
    const decider = randomUUID()
    await dataSource.query(
      `insert into users (id, issuer, subject, email, display_name) values ($1, 'i', 'decider', 'decider@example.org', 'D')`,
      [decider],
    )
    await dataSource.query(
      `insert into credit_bookings (id, kind, display_name, reason, evidence_urls, file_name, row_count, totals,
         creator_id, request_hash)
       values ($1, 'REDUCTION', 'Obligation', 'Law', '{}', '', 1, '[]', $2, '')`,
      [id, userId],
    )
    await dataSource.query(
      `insert into credit_booking_rows (booking_id, line, organization_id, class_id, amount, reference)
       values ($1, 1, (select id from organizations where slug = 'gamma'), $2, 70, '')`,
      [id, classId],
    )
    await dataSource.query(`update credit_booking_rows set deficit = 70 where booking_id = $1`, [id])
    const gamma = async () =>
      (await page({})).reports.find(({ organization }) => organization.endsWith('gamma'))
    expect((await gamma())?.lines, 'not decided').toEqual([])
    await dataSource.query(
      `update credit_bookings set state = 'BOOKED', decider_id = $2, decide_time = now() where id = $1`,
      [id, decider],
    )
    expect((await gamma())?.lines).toMatchObject([
      { creditClass: 'creditClasses/compute', deficit: 70n, closing: 0n },
    ])
  })

  test('as a file have a line for each organisation and class', async () => {
    const { path, requestSerialize, responseDeserialize } = exportComplianceReports
    const stream = backend.client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      ExportComplianceReportsRequest.fromPartial({ format: 'EXPORT_FORMAT_CSV', ...period }),
      bearer(analyst),
    )
    const bodies: HttpBody[] = []
    for await (const body of stream) bodies.push(body as HttpBody)
    const text = Buffer.concat(bodies.map(({ data }) => data)).toString()
    const { reports } = await page({})
    const count = reports.reduce((sum, { lines }) => sum + lines.length, 0)
    expect(text.trimEnd().split('\r\n')).toHaveLength(1 + count)
    expect(text).toContain('alpha,organizations/alpha,')
  })

  test.each([
    [{ startTime: new Date(2), endTime: new Date(1) }, 'end_time'],
    [{ startTime: new Date('1026-01-01') }, 'end_time'],
  ])('of %j are refused', async (asked, field) => {
    expect(await failureOf(page(asked))).toMatchObject({ fields: [field] })
  })
})
