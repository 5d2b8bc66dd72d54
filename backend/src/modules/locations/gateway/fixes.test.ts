// Fixes by batch and by stream, through the real server into the database.
import {
  type Fix,
  FixServiceService,
  type RecordFixesResponse,
  type StreamFixesRequest,
  type StreamFixesResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/fixes'
import type { ServiceError } from '@grpc/grpc-js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bearer, startTestBackend, type TestBackend } from '../../../testing/backend.ts'
import { failureOf, type SeenError, seenError } from '../../../testing/service-error.ts'
import { insertTestDevice } from '../../../testing/test-device.ts'

const { recordFixes, streamFixes } = FixServiceService
const lab = 'organizations/lab'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

let backend: TestBackend
let alice: string
let device: { name: string; id: string; token: string }
let other: { name: string; id: string; token: string }
let elsewhere: { name: string; id: string; token: string }

beforeAll(async () => {
  const members = [{ email: 'alice@example.org', role: 'SUBMITTER' as const }]
  backend = await startTestBackend({
    organizations: [
      { slug: 'lab', displayName: 'Lab', kind: 'MEMBER', members },
      { slug: 'other', displayName: 'Other', kind: 'MEMBER', members: [] },
    ],
  })
  alice = await backend.issuer.tokenOf('alice')
})
afterAll(() => backend.stop())
beforeEach(async () => {
  const { dataSource } = backend.database
  device = await insertTestDevice(dataSource, 'lab')
  other = await insertTestDevice(dataSource, 'lab')
  elsewhere = await insertTestDevice(dataSource, 'other')
})

const beginMs = Math.floor((Date.now() - DAY_MS) / 1000) * 1000

function fix(second: number, change: Partial<Fix> = {}): Fix {
  const recordTime = new Date(beginMs + second * 1000)
  return { recordTime, latitude: 47.5, longitude: 8.5, accuracyM: 5, device: '', ...change }
}

function record(parent: string, fixes: Fix[], token: string): Promise<RecordFixesResponse> {
  return backend.call(recordFixes, { parent, fixes }, token)
}

async function stored(of: { id: string }): Promise<number> {
  const [row] = await backend.database.dataSource.query<{ count: number }[]>(
    `select count(*)::int as count from fixes join devices using (device_no) where devices.id = $1`,
    [of.id],
  )
  return row?.count ?? 0
}

describe('a batch', () => {
  test('of a device is stored, whatever its order, and what is sent again is counted as there', async () => {
    const fixes = [3, 1, 2, 900, 1].map((second) => fix(second))
    const first = await record(device.name, fixes, device.token)
    expect(first).toEqual({
      counts: { accepted: 4n, duplicates: 1n, rejected: 0n },
      rejections: [],
      queued: false,
    })
    const again = await record(device.name, [...fixes, fix(4)], device.token)
    expect(again.counts).toEqual({ accepted: 1n, duplicates: 5n, rejected: 0n })
    expect(await stored(device)).toBe(5)
  })

  test('of an organisation names the device of each fix, by UUID or external id', async () => {
    await backend.database.dataSource.query(`update devices set external_id = 'tracker-7' where id = $1`, [
      other.id,
    ])
    const fixes = [fix(1, { device: device.id }), fix(1, { device: 'tracker-7' })]
    expect((await record(lab, fixes, alice)).counts).toEqual({ accepted: 2n, duplicates: 0n, rejected: 0n })
    expect([await stored(device), await stored(other)]).toEqual([1, 1])
  })

  const nowMs = Date.now()
  test.each<[string, Partial<Fix>, string]>([
    ['no time', { recordTime: undefined }, 'record_time'],
    [
      'a clock that is six minutes ahead',
      { recordTime: new Date(nowMs + 6 * MINUTE_MS + 60_000) },
      'record_time',
    ],
    ['a clock that is years ahead', { recordTime: new Date(nowMs + 4_000 * DAY_MS) }, 'record_time'],
    ['a clock that is years behind', { recordTime: new Date(nowMs - 4_000 * DAY_MS) }, 'record_time'],
    ['a clock that began in 1970', { recordTime: new Date(0) }, 'record_time'],
    ['91 degrees', { latitude: 91 }, 'latitude'],
    ['a latitude that is no number', { latitude: Number.NaN }, 'latitude'],
    ['a latitude of 1e308', { latitude: 1e308 }, 'latitude'],
    ['an infinite longitude', { longitude: Number.NEGATIVE_INFINITY }, 'longitude'],
    ['a longitude of 180.0001', { longitude: 180.0001 }, 'longitude'],
    ['an accuracy below 0', { accuracyM: -0.1 }, 'accuracy_m'],
    ['an accuracy of 101 km', { accuracyM: 101_000 }, 'accuracy_m'],
    ['an accuracy that is no number', { accuracyM: Number.NaN }, 'accuracy_m'],
    ['a device beside the parent', { device: 'tracker' }, 'device'],
  ])('with a fix of %s keeps the others, and says what is wrong', async (_what, change, field) => {
    const { counts, rejections } = await record(device.name, [fix(1), fix(2, change), fix(3)], device.token)
    expect(counts).toEqual({ accepted: 2n, duplicates: 0n, rejected: 1n })
    expect(rejections).toEqual([{ index: 1, field, description: expect.any(String) }])
    expect(rejections[0]?.description).toMatch(/ /)
    expect(await stored(device)).toBe(2)
  })

  test.each([
    ['a device of another organisation', () => elsewhere.id],
    ['a device that nobody has', () => '0190f0e0-0000-7000-8000-000000000000'],
    ['no device', () => ''],
    ['what no database keeps', () => 'a\u0000b'],
    ['a name longer than any', () => 'x'.repeat(100_000)],
  ])('with a fix of %s keeps the others', async (_what, name) => {
    const fixes = [fix(1, { device: device.id }), fix(1, { device: name() })]
    const { counts, rejections } = await record(lab, fixes, alice)
    expect(counts).toEqual({ accepted: 1n, duplicates: 0n, rejected: 1n })
    expect(rejections).toMatchObject([{ index: 1, field: 'device' }])
    expect(await stored(elsewhere)).toBe(0)
  })

  test('with a fix of a time that no calendar has keeps the others', async () => {
    const { path, requestSerialize, responseDeserialize } = recordFixes
    const whole = Buffer.from(requestSerialize({ parent: device.name, fixes: [fix(1)] }))
    // A fix whose time is 10^17 s after 1970, of field 2 of the request.
    const time = Buffer.from([0x08, 0x80, 0x80, 0xa8, 0xec, 0x85, 0xaf, 0xd1, 0xb1, 0x01])
    const wrong = Buffer.from([0x12, time.length + 2, 0x0a, time.length, ...time])
    const same = (bytes: Buffer) => bytes
    const definition = { ...recordFixes, path, requestSerialize: same, responseDeserialize }
    const { counts, rejections } = (await backend.call(
      definition as never,
      Buffer.concat([whole, wrong]),
      device.token,
    )) as RecordFixesResponse
    expect(counts).toEqual({ accepted: 1n, duplicates: 0n, rejected: 1n })
    expect(rejections).toMatchObject([{ index: 1, field: 'record_time' }])
  })

  test('of which nothing can be taken is answered, with its first hundred mistakes', async () => {
    const fixes = Array.from({ length: 300 }, (_, second) => fix(second, { latitude: 1e308 }))
    const { counts, rejections } = await record(device.name, fixes, device.token)
    expect(counts).toEqual({ accepted: 0n, duplicates: 0n, rejected: 300n })
    expect(rejections.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  test('keeps the ends of the earth', async () => {
    const fixes = [
      fix(1, { latitude: 90, longitude: 180 }),
      fix(2, { latitude: -90, longitude: -180, accuracyM: 100_000 }),
    ]
    expect((await record(device.name, fixes, device.token)).counts?.accepted).toBe(2n)
    const kept = await backend.database.dataSource.query(
      `select latitude, longitude, accuracy_m from fixes join devices using (device_no)
       where devices.id = $1 order by recorded_at`,
      [device.id],
    )
    expect(kept).toEqual([
      { latitude: 90, longitude: -180, accuracy_m: 5 },
      { latitude: -90, longitude: -180, accuracy_m: 100_000 },
    ])
  })

  test.each([
    ['of nothing', 0],
    ['of more than 10,000', 10_001],
  ])('%s is INVALID_ARGUMENT', async (_what, length) => {
    const fixes = Array.from({ length }, (_, second) => fix(second))
    expect(await failureOf(record(device.name, fixes, device.token))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['fixes'],
    })
  })

  test('of a member for a device that is not there is NOT_FOUND', async () => {
    const absent = `${lab}/devices/0190f0e0-0000-7000-8000-000000000000`
    for (const parent of [absent, `${lab}/devices/${elsewhere.id}`, `${lab}/devices/${'-'.repeat(36)}`]) {
      expect(await failureOf(record(parent, [fix(1)], alice))).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'DEVICE_NOT_FOUND',
      })
    }
  })
})

describe('a device', () => {
  test("writes its own fixes and nobody else's", async () => {
    for (const parent of [other.name, elsewhere.name, lab]) {
      const call = record(parent, [fix(1, { device: parent === lab ? device.id : '' })], device.token)
      expect(await failureOf(call), parent).toMatchObject({
        code: 'PERMISSION_DENIED',
        reason: 'DEVICE_TOKEN',
      })
    }
    const smuggled = await record(device.name, [fix(1, { device: other.id })], device.token)
    expect(smuggled.counts).toEqual({ accepted: 0n, duplicates: 0n, rejected: 1n })
    expect(await stored(other)).toBe(0)
  })

  test.each([
    ['revoked', 'update devices set token_hash = null where id = $1', 'TOKEN_INVALID'],
    ['replaced', `update devices set token_hash = '\\x01' where id = $1`, 'TOKEN_INVALID'],
    [
      'expired',
      `update devices set token_expire_time = now() - interval '1 s' where id = $1`,
      'TOKEN_EXPIRED',
    ],
    ['of a device that is removed', 'delete from devices where id = $1', 'TOKEN_INVALID'],
  ])('whose token is %s is UNAUTHENTICATED at once', async (_what, statement, reason) => {
    await record(device.name, [fix(1)], device.token)
    await backend.database.dataSource.query(statement, [device.id])
    const refused = async () => {
      try {
        await record(device.name, [fix(2)], device.token)
        return undefined
      } catch (error) {
        return seenError(error as ServiceError)
      }
    }
    // As soon as the database has told: no time that anybody waits for.
    await expect
      .poll(refused, { interval: 5, timeout: 1_000 })
      .toMatchObject({ code: 'UNAUTHENTICATED', reason })
  })

  test('is not told apart by a token that nobody has', async () => {
    const nobody = `fld_${'A'.repeat(43)}`
    expect(await failureOf(record(device.name, [fix(1)], nobody))).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'TOKEN_INVALID',
    })
  })
})

describe('a stream', () => {
  function open(token: string) {
    const { path, requestSerialize, responseDeserialize } = streamFixes
    const stream = backend.client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      bearer(token),
    )
    const answers: StreamFixesResponse[] = []
    stream.on('data', (answer: StreamFixesResponse) => answers.push(answer))
    const end = new Promise<SeenError | undefined>((resolve) => {
      stream.on('error', (error: ServiceError) => resolve(seenError(error)))
      stream.on('end', () => resolve(undefined))
    })
    const send = (sequence: number, fixes: Fix[], parent = '') =>
      stream.write({ parent, sequence: BigInt(sequence), fixes } satisfies StreamFixesRequest)
    return { stream, send, answers, end }
  }

  test('acknowledges each batch by its sequence, in order, once it is stored', async () => {
    const { stream, send, answers, end } = open(device.token)
    for (let batch = 0; batch < 50; batch++) {
      const fixes = Array.from({ length: 100 }, (_, index) => fix(batch * 90 + index))
      send(1_000 - batch, fixes, batch === 0 ? device.name : '')
    }
    stream.end()
    expect(await end).toBeUndefined()
    expect(answers.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 50 }, (_, batch) => BigInt(1_000 - batch)),
    )
    const sum = (name: 'accepted' | 'duplicates') =>
      answers.reduce((total, { counts }) => total + Number(counts?.[name]), 0)
    const distinct = 49 * 90 + 100
    expect([sum('accepted'), sum('duplicates')]).toEqual([distinct, 5_000 - distinct])
    expect(await stored(device)).toBe(distinct)
  })

  test('says of each batch what was wrong with it, and goes on', async () => {
    const { stream, send, answers, end } = open(device.token)
    send(1, [fix(1), fix(2, { longitude: 200 })], device.name)
    send(2, [])
    send(3, [fix(3)])
    stream.end()
    expect(await end).toBeUndefined()
    expect(answers).toMatchObject([
      {
        sequence: 1n,
        counts: { accepted: 1n, rejected: 1n },
        rejections: [{ index: 1, field: 'longitude' }],
      },
      { sequence: 2n, counts: { accepted: 0n, rejected: 0n } },
      { sequence: 3n, counts: { accepted: 1n, rejected: 0n } },
    ])
  })

  test("of a device does not become another one's", async () => {
    const { send, answers, end } = open(device.token)
    send(1, [fix(1)], device.name)
    await expect.poll(() => answers.length).toBe(1)
    send(2, [fix(2)], other.name)
    expect(await end).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'RESOURCE_CHANGED' })
    expect(await stored(other)).toBe(0)
  })
})

const rounds = Number(process.env['FAIRLEAD_DUPLICATE_ROUNDS'] ?? 5)

test(`${rounds * 10_000} duplicates are counted, and not one is stored`, async () => {
  const fixes = Array.from({ length: 10_000 }, (_, second) => fix(second * 2))
  expect((await record(device.name, fixes, device.token)).counts?.accepted).toBe(10_000n)
  let duplicates = 0n
  for (let round = 0; round < rounds; round += 5) {
    const batches = Array.from({ length: 5 }, () => record(device.name, fixes, device.token))
    for (const { counts } of await Promise.all(batches)) duplicates += counts?.duplicates ?? 0n
  }
  expect(duplicates).toBe(BigInt(rounds * 10_000))
  expect(await stored(device)).toBe(10_000)
}, 300_000)
