import {
  BookingAction,
  BookingKind,
  BookingServiceService,
  BookingState,
  CreateBookingRequest,
} from '@fairlead/proto/server/fairlead/credits/v1/bookings'
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../../../testing/backend.ts'
import { seenError } from '../../../testing/service-error.ts'
import { addFile } from '../../files/testing/add-file.ts'
import { addClass } from '../testing/ledger-fixture.ts'

let backend: TestBackend
const tokens = new Map<string, string>()

beforeAll(async () => {
  const member = (name: string, role: 'ANALYST' | 'ADMINISTRATOR' | 'DIRECTOR') => ({
    email: `${name}@example.org`,
    displayName: name,
    role,
  })
  backend = await startTestBackend({
    organizations: [
      {
        slug: 'operator',
        displayName: 'Operator',
        kind: 'OPERATOR',
        members: [member('oscar', 'ANALYST'), member('olivia', 'ADMINISTRATOR'), member('diana', 'DIRECTOR')],
      },
      { slug: 'lab', displayName: 'The Lab', kind: 'MEMBER', members: [member('bob', 'ADMINISTRATOR')] },
    ],
  })
  for (const name of ['oscar', 'olivia', 'diana', 'bob']) {
    tokens.set(name, await backend.issuer.tokenOf(name))
  }
  await addClass(backend.database.dataSource, { code: 'cpu' })
})
afterAll(() => backend.stop())

type Methods = typeof BookingServiceService
type RequestOf<Name extends keyof Methods> = ReturnType<Methods[Name]['requestDeserialize']>
type ResponseOf<Name extends keyof Methods> = ReturnType<Methods[Name]['responseDeserialize']>

const call = <Name extends keyof Methods>(who: string, name: Name, request: RequestOf<Name>) =>
  backend.call(BookingServiceService[name] as never, request, tokens.get(who)) as Promise<ResponseOf<Name>>

const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it did not fail',
    (error) => seenError(error),
  )

const csv = (...lines: string[]) =>
  Buffer.from(['organization,credit_class,amount,reference', ...lines].join('\n'))

const request = (rest: Partial<CreateBookingRequest> = {}): CreateBookingRequest => ({
  ...CreateBookingRequest.create(),
  kind: BookingKind.BOOKING_KIND_ISSUANCE,
  displayName: ' Call 12 ',
  reason: 'Decided on Monday.',
  evidenceUrls: ['https://example.org/minutes.pdf'],
  content: csv('lab,cpu,1.50,a', 'lab,cpu,2,b'),
  fileName: 'call-12.csv',
  ...rest,
})

test('a file becomes a booking, its rows and, approved, the balance', async () => {
  const checked = await call('oscar', 'checkBookingFile', {
    kind: BookingKind.BOOKING_KIND_ISSUANCE,
    content: csv('lab,cpu,1.50,a', 'lab,cpu,x,b'),
  })
  expect(checked).toMatchObject({
    rowCount: 2,
    errorCount: 1,
    errors: [{ line: 3, column: 'amount' }],
    totals: [{ creditClass: 'creditClasses/cpu', amount: 150n, rowCount: 1 }],
    rows: [{ line: 2, organization: 'organizations/lab', organizationDisplayName: 'The Lab', amount: 150n }],
  })

  const created = await call('oscar', 'createBooking', request())
  expect(created).toMatchObject({
    name: expect.stringMatching(/^creditBookings\/[0-9a-f-]{36}$/),
    state: BookingState.BOOKING_STATE_SUBMITTED,
    displayName: 'Call 12',
    evidenceUrls: ['https://example.org/minutes.pdf'],
    fileName: 'call-12.csv',
    fileSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    rowCount: 2,
    creatorDisplayName: 'Oscar',
    actions: [BookingAction.BOOKING_ACTION_WITHDRAW],
  })
  const { name } = created
  expect((await call('diana', 'getBooking', { name })).actions).toEqual([
    BookingAction.BOOKING_ACTION_APPROVE,
    BookingAction.BOOKING_ACTION_DECLINE,
  ])
  expect((await call('olivia', 'getBooking', { name })).actions).toEqual([])

  const approved = await call('diana', 'approveBooking', { name })
  expect(approved).toMatchObject({
    state: BookingState.BOOKING_STATE_BOOKED,
    deciderDisplayName: 'Diana',
    decideTime: expect.any(Date),
  })
  const first = await call('oscar', 'listBookingRows', { parent: name, pageSize: 1, pageToken: '' })
  const second = await call('oscar', 'listBookingRows', {
    parent: name,
    pageSize: 1,
    pageToken: first.nextPageToken,
  })
  expect([...first.rows, ...second.rows]).toMatchObject([
    { line: 2, amount: 150n, transaction: expect.stringMatching(/^creditTransactions\//) },
    { line: 3, amount: 200n, reference: 'b' },
  ])
  expect(second.nextPageToken).toBe('')
})

describe('a call is refused', () => {
  test.each([
    ['bob', 'a member', status.PERMISSION_DENIED],
    ['diana', 'a director', status.PERMISSION_DENIED],
  ])('when %s, %s, draws a booking up', async (who, _what, code) => {
    await expect(call(who, 'createBooking', request())).rejects.toMatchObject({ code })
  })

  test('when an analyst approves', async () => {
    const { name } = await call('olivia', 'createBooking', request())
    await expect(call('oscar', 'approveBooking', { name })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    })
    await expect(call('oscar', 'withdrawBooking', { name })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    })
  })

  test.each([
    ['neither file nor rows', { content: Buffer.of() }, 'rows'],
    ['nothing but spaces for a reason', { reason: '  ' }, 'reason'],
    ['an address that is not https', { evidenceUrls: ['http://example.org'] }, 'evidence_urls'],
    ['a script for an address', { evidenceUrls: ['javascript:alert(1)'] }, 'evidence_urls'],
    ['a file of more than 2 MiB', { content: Buffer.alloc(2 * 1024 * 1024 + 1, 'a,') }, 'content'],
    [
      'a reversal of nothing',
      { kind: BookingKind.BOOKING_KIND_REVERSAL, content: Buffer.of() },
      'reversed_transaction',
    ],
    ['a reversal with a file', { kind: BookingKind.BOOKING_KIND_REVERSAL }, 'content'],
    [
      'an issuance that undoes something',
      { reversedTransaction: 'creditTransactions/01a20053-b118-715d-97d5-e2d571648d9f' },
      'reversed_transaction',
    ],
    ['no kind', { kind: BookingKind.BOOKING_KIND_UNSPECIFIED }, 'kind'],
    [
      'a row beyond the largest amount',
      {
        content: Buffer.of(),
        rows: [
          {
            organization: 'organizations/lab',
            creditClass: 'creditClasses/cpu',
            amount: 10n ** 15n + 1n,
            reference: '',
          },
        ],
      },
      'rows[0].amount',
    ],
    ['a wrong row', { content: csv('lab,cpu,-1,a') }, 'content'],
  ])('with %s', async (_what, rest, field) => {
    const seen = await failed(call('oscar', 'createBooking', request(rest)))
    expect(seen).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(JSON.stringify(seen)).toContain(`"${field}`)
  })

  test('with a file of a million rows', async () => {
    const content = csv('lab,cpu,1,r\n'.repeat(1_000_000))
    await expect(call('oscar', 'createBooking', request({ content }))).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    })
  })
})

test('bookings are listed by state and kind, and a page token is good for its own list alone', async () => {
  for (let index = 0; index < 3; index++) {
    await call('oscar', 'createBooking', request({ kind: BookingKind.BOOKING_KIND_AWARD }))
  }
  const filter = {
    pageSize: 2,
    pageToken: '',
    states: [BookingState.BOOKING_STATE_SUBMITTED],
    kinds: [BookingKind.BOOKING_KIND_AWARD],
  }
  const first = await call('bob', 'listBookings', filter).catch((error: { code: number }) => error.code)
  expect(first).toBe(status.PERMISSION_DENIED)
  const page = await call('diana', 'listBookings', filter)
  const rest = await call('diana', 'listBookings', { ...filter, pageToken: page.nextPageToken })
  expect([page.bookings.length, rest.bookings.length, rest.nextPageToken]).toEqual([2, 1, ''])
  await expect(
    call('diana', 'listBookings', { ...filter, kinds: [], pageToken: page.nextPageToken }),
  ).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
})

test('files of the operator are evidence of a booking, and stay for as long as it is kept', async () => {
  const { dataSource } = backend.database
  const [{ id: organizationId }] = await dataSource.query(
    `select id from organizations where slug = 'operator'`,
  )
  const [{ id: ownerId }] = await dataSource.query(`select id from users where email = 'oscar@example.org'`)
  const file = await addFile(dataSource, backend.objects, {
    organizationId,
    ownerId,
    displayName: 'minutes.pdf',
    purpose: 'EVIDENCE',
    content: '%PDF-1.7 decided',
    mediaType: 'application/pdf',
  })
  const name = `organizations/operator/files/${file.id}`
  const created = await call('oscar', 'createBooking', request({ evidenceFiles: [name] }))
  expect(created.evidence).toEqual([
    { displayName: 'minutes.pdf', url: '', file: name, fileVersion: 1, sizeBytes: 16n, sha256: file.sha256 },
  ])
  const signed = await call('diana', 'createBookingEvidenceUrl', { name: `${created.name}/evidence/0` })
  expect(signed.url).toContain(`/objects/clean/${file.versionId}?`)
  const [use] = await dataSource.query('select used_by from file_uses where file_id = $1', [file.id])
  expect(use).toEqual({ used_by: created.name.replace('creditBookings', 'bookings') })

  for (const [who, place, code] of [
    ['diana', 1, status.NOT_FOUND],
    ['bob', 0, status.PERMISSION_DENIED],
  ] as const) {
    const refused = call(who, 'createBookingEvidenceUrl', { name: `${created.name}/evidence/${place}` })
    await expect(refused).rejects.toMatchObject({ code })
  }
  const foreign = `organizations/lab/files/${file.id}`
  expect(await failed(call('oscar', 'createBooking', request({ evidenceFiles: [foreign] })))).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('evidence_files[0]'),
  })
})
