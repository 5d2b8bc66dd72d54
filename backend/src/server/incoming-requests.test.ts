// Calls whose requests stream, through the real server, with handlers of the test's.
import http2 from 'node:http2'
import {
  FixServiceService,
  type StreamFixesRequest,
  type StreamFixesResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/fixes'
import { Client, credentials, type ServiceError } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { bearer, startTestBackend, type TestBackend } from '../testing/backend.ts'
import { type SeenError, seenError } from '../testing/service-error.ts'
import { insertTestDevice } from '../testing/test-device.ts'
import type { CallContext } from './call-context.ts'
import { createGrpcServer, type GrpcServer } from './grpc-server.ts'
import type { RegisteredService } from './service-handlers.ts'

const { streamFixes } = FixServiceService
const parent = 'organizations/lab'
type Handler = (
  requests: AsyncIterable<StreamFixesRequest>,
  context: CallContext,
) => AsyncIterable<StreamFixesResponse>

let backend: TestBackend
let alice: string
let server: GrpcServer
let client: Client
let port: number
/** Requests that the server has read. */
let read = 0

beforeAll(async () => {
  backend = await startTestBackend({
    organizations: [
      {
        slug: 'lab',
        displayName: 'Lab',
        kind: 'MEMBER',
        members: [{ email: 'alice@example.org', role: 'ADMINISTRATOR' }],
      },
    ],
  })
  alice = await backend.issuer.tokenOf('alice')
})
afterAll(() => backend.stop())
afterEach(async () => {
  client.close()
  await server.stop()
})

async function serve(handle: Handler): Promise<void> {
  read = 0
  const requestDeserialize = (bytes: Buffer) => {
    read++
    return streamFixes.requestDeserialize(bytes)
  }
  const method = { ...streamFixes, requestDeserialize }
  const service = { definition: { method }, handlers: { method: handle } } as unknown as RegisteredService
  server = createGrpcServer([service], { ...backend.modules.environment, recheckIntervalMs: 20 })
  port = await server.start({ host: '127.0.0.1', port: 0 })
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  })
}

const request = (sequence: number, of = ''): StreamFixesRequest => ({
  parent: of,
  sequence: BigInt(sequence),
  fixes: [],
})
const answer = (sequence: bigint): StreamFixesResponse => ({
  sequence,
  counts: undefined,
  rejections: [],
  queued: false,
})

function open(token: string | undefined) {
  const { path, requestSerialize, responseDeserialize } = streamFixes
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, bearer(token))
  const answered: bigint[] = []
  const end = new Promise<SeenError | undefined>((resolve) => {
    stream.on('error', (error: ServiceError) => resolve(seenError(error)))
    stream.on('end', () => resolve(undefined))
  })
  stream.on('data', ({ sequence }: StreamFixesResponse) => answered.push(sequence))
  return { stream, answered, end }
}

const echo: Handler = async function* (requests) {
  for await (const { sequence } of requests) yield answer(sequence)
}

const openStreams = async () => {
  const lines = (await backend.metrics()).split('\n')
  const line = lines.find((text) => text.startsWith(`fairlead_open_streams{method="${streamFixes.path}"`))
  return Number(line?.split(' ').at(-1) ?? 0)
}

test('each request is answered while the call is open, and the end of the one side ends the other', async () => {
  await serve(echo)
  const { stream, answered, end } = open(alice)
  for (let sequence = 1; sequence <= 20; sequence++) {
    stream.write(request(sequence, sequence === 1 || sequence % 2 === 0 ? parent : ''))
    await expect.poll(() => answered.length, { interval: 2 }).toBe(sequence)
  }
  stream.end()
  expect(await end).toBeUndefined()
  expect(answered).toEqual(Array.from({ length: 20 }, (_, index) => BigInt(index + 1)))
})

test('a handler that has seen enough ends the call', async () => {
  await serve(async function* () {
    yield answer(7n)
  })
  const { stream, answered, end } = open(alice)
  stream.write(request(1, parent))
  expect(await end).toBeUndefined()
  expect(answered).toEqual([7n])
})

test('who does not say who they are is refused before a request', async () => {
  await serve(echo)
  expect(await open(undefined).end).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' })
  expect(await open('fld_nonsense').end).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' })
})

test('a call without a request is INVALID_ARGUMENT', async () => {
  await serve(echo)
  const { stream, end } = open(alice)
  stream.end()
  expect(await end).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'FIRST_MESSAGE_MISSING' })
})

test.each([
  ['of an organisation of others', 'organizations/others', 'PERMISSION_DENIED'],
  ['of nothing', '', 'INVALID_ARGUMENT'],
  ['that is no name', 'users/lab', 'INVALID_ARGUMENT'],
])('a first request %s is refused', async (_what, of, code) => {
  await serve(echo)
  const { stream, answered, end } = open(alice)
  stream.write(request(1, of))
  expect(await end).toMatchObject({ code })
  expect(answered).toEqual([])
})

test('a later request about another thing ends the call, though the caller might name it first', async () => {
  await serve(echo)
  const { stream, answered, end } = open(alice)
  const { id } = await insertTestDevice(backend.database.dataSource, 'lab')
  stream.write(request(1, parent))
  await expect.poll(() => answered).toEqual([1n])
  stream.write(request(2, `${parent}/devices/${id}`))
  expect(await end).toMatchObject({
    code: 'INVALID_ARGUMENT',
    reason: 'RESOURCE_CHANGED',
    fields: ['parent'],
  })
  expect(answered).toEqual([1n])
})

test('a later request that breaks a limit ends the call', async () => {
  await serve(echo)
  const { stream, end } = open(alice)
  stream.write(request(1, parent))
  const fix = { recordTime: new Date(), latitude: 0, longitude: 0, accuracyM: 0, device: '' }
  stream.write({ ...request(2), fixes: Array.from({ length: 10_001 }, () => fix) })
  expect(await end).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'FIELD_LIMIT', fields: ['fixes'] })
})

test('a later request that is no such message ends the call', async () => {
  await serve(echo)
  const { path, responseDeserialize, requestSerialize } = streamFixes
  const bytes = (message: Buffer) => message
  const stream = client.makeBidiStreamRequest(path, bytes, responseDeserialize, bearer(alice))
  const end = new Promise<ServiceError>((resolve) => stream.on('error', resolve).resume())
  stream.write(requestSerialize(request(1, parent)))
  stream.write(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x01]))
  expect(seenError(await end)).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'MALFORMED_MESSAGE' })
})

test('a defect of the handler is INTERNAL, and its text is kept', async () => {
  await serve(async function* (requests) {
    for await (const { sequence } of requests) {
      if (sequence === 2n) throw new Error('password=hunter2')
      yield answer(sequence)
    }
  })
  const { stream, end } = open(alice)
  stream.write(request(1, parent))
  stream.write(request(2))
  const seen = await end
  expect(seen).toMatchObject({ code: 'INTERNAL', reason: 'INTERNAL' })
  expect(JSON.stringify(seen)).not.toContain('hunter2')
})

test('a handler that does not read holds the client back, with one request read ahead', async () => {
  const proceed = Promise.withResolvers<void>()
  await serve(async function* (requests) {
    for await (const { sequence } of requests) {
      await proceed.promise
      yield answer(sequence)
    }
  })
  // Plain HTTP/2: the client of grpc-js would take everything from its writer.
  const session = http2.connect(`http://127.0.0.1:${port}`)
  const stream = session.request({
    ':method': 'POST',
    ':path': streamFixes.path,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${alice}`,
  })
  stream.resume()
  const fix = { recordTime: new Date(), latitude: 1, longitude: 1, accuracyM: 1, device: 'x'.repeat(60) }
  const fixes = Array.from({ length: 5_000 }, () => fix)
  let sent = 0
  let isHeld = false
  for (; sent < 100 && !isHeld; sent++) {
    const message = { ...request(sent + 1, parent), fixes }
    const isTaken = stream.write(frame(Buffer.from(streamFixes.requestSerialize(message))))
    if (isTaken) continue
    const drained = new Promise((resolve) => stream.once('drain', () => resolve(false)))
    const waited = new Promise((resolve) => setTimeout(resolve, 500, true))
    isHeld = (await Promise.race([drained, waited])) as boolean
  }
  expect(isHeld).toBe(true)
  expect(sent).toBeLessThan(10)
  expect(read).toBeLessThanOrEqual(3)
  proceed.resolve()
  stream.end()
  await expect.poll(() => read).toBe(sent)
  session.destroy()
  await expect.poll(openStreams).toBe(0)
})

/** One message, not compressed. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

test("a cancelled call frees the server's side, also while it waits for a request", async () => {
  let released = false
  await serve(async function* (requests) {
    try {
      yield* echo(requests, {} as CallContext)
    } finally {
      released = true
    }
  })
  const { stream, answered, end } = open(alice)
  stream.write(request(1, parent))
  await expect.poll(() => answered.length).toBe(1)
  expect(await openStreams()).toBe(1)
  stream.cancel()
  expect(await end).toMatchObject({ code: 'CANCELLED' })
  await expect.poll(() => released).toBe(true)
  await expect.poll(openStreams).toBe(0)
})

test("a client that disconnects without a word before its first request frees the server's side", async () => {
  await serve(echo)
  const calls = Array.from({ length: 5 }, () => open(alice))
  await expect.poll(openStreams).toBe(5)
  client.close()
  for (const { stream } of calls) stream.cancel()
  await expect.poll(openStreams).toBe(0)
})

test('a stopping server ends the call with UNAVAILABLE', async () => {
  await serve(echo)
  const { stream, answered, end } = open(alice)
  stream.write(request(1, parent))
  await expect.poll(() => answered.length).toBe(1)
  const stopped = server.stop()
  expect(await end).toMatchObject({ code: 'UNAVAILABLE', reason: 'SERVER_STOPPING' })
  await stopped
})

test("a device's call ends as soon as its token is revoked", async () => {
  await serve(echo)
  const { dataSource } = backend.database
  const device = await insertTestDevice(dataSource, 'lab')
  const { stream, answered, end } = open(device.token)
  stream.write(request(1, device.name))
  await expect.poll(() => answered.length).toBe(1)
  await dataSource.query('update devices set token_hash = null where id = $1', [device.id])
  expect(await end).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' })
  expect(await open(device.token).end).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' })
})
