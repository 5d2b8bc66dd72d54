import http2 from 'node:http2'
import { connect } from 'node:net'
import { IdentityServiceService } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import { type JobChange, JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { Client, credentials, makeClientConstructor, type ServiceError, status } from '@grpc/grpc-js'
import { service as healthService } from 'grpc-health-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { invalidField } from '../errors/domain-error.ts'
import { bearer, startTestBackend, type TestBackend } from '../testing/backend.ts'
import { failureOf, seenError } from '../testing/service-error.ts'
import type { CallContext } from './call-context.ts'
import { createGrpcServer, type GrpcServer } from './grpc-server.ts'
import { pushedStream } from './pushed-stream.ts'
import type { RegisteredService } from './service-handlers.ts'
import { sharedMessage } from './shared-message.ts'

const { listMembers, createMember, updateMember, createApiToken, getCaller } = IdentityServiceService
const { getJob, watchJobs } = JobServiceService
const parent = 'organizations/lab'

let backend: TestBackend
let alice: string

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

describe('bad input', () => {
  test('a request of 10 MB is refused, and the server goes on', async () => {
    const request = { displayName: 'x'.repeat(10_000_000), scopes: ['jobs.read'], lifetimeDays: 1 }
    expect(await failureOf(backend.call(createApiToken, request, alice))).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
    })
    await backend.call(getCaller, {}, alice)
  })

  test.each([
    ['a negative page size', { pageSize: -1 }, 'page_size'],
    ['a page size beyond the limit', { pageSize: 501 }, 'page_size'],
    ['a page token that is too long', { pageToken: 'x'.repeat(513) }, 'page_token'],
    ['a page token from elsewhere', { pageToken: 'c29tZXRoaW5nIGVsc2UgZW50aXJlbHk' }, 'page_token'],
    ['an empty name', { parent: '' }, 'parent'],
    ['a name of something else', { parent: 'users/lab' }, 'parent'],
    ['a name with a line break', { parent: 'organizations/lab\n' }, 'parent'],
    ['a name that goes up', { parent: 'organizations/../lab' }, 'parent'],
  ])('%s is INVALID_ARGUMENT and names its field', async (_what, change, field) => {
    const request = { parent, pageSize: 0, pageToken: '', ...change }
    expect(await failureOf(backend.call(listMembers, request, alice))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      domain: 'fairlead',
      fields: [field],
    })
  })

  test.each([
    [`${parent}/members/x`],
    [`${parent}/members/${'-'.repeat(36)}`],
    [`${parent}/members/0190f0e0-0000-7000-8000-00000000000/`],
  ])('the member name %s is INVALID_ARGUMENT', async (name) => {
    const call = backend.call(updateMember, { name, role: 'ROLE_MEMBER' }, alice)
    expect(await failureOf(call)).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['name'] })
  })

  test('an address that cannot be stored is INVALID_ARGUMENT', async () => {
    const request = {
      parent,
      email: `${'a'.repeat(60)}@${`${'b'.repeat(60)}.`.repeat(5)}org`,
      role: 'ROLE_MEMBER' as const,
    }
    expect(await failureOf(backend.call(createMember, request, alice))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['email'],
    })
  })

  test('several violations are all named', async () => {
    const request = { displayName: '', scopes: [], lifetimeDays: 400 }
    const { fields } = await failureOf(backend.call(createApiToken, request, alice))
    expect([...fields].sort()).toEqual(['display_name', 'lifetime_days', 'scopes'])
  })

  test('a method called for another organisation, or an absent one, is denied in the same words', async () => {
    const name = (slug: string) => ({
      name: `organizations/${slug}/jobs/0190f0e0-0000-7000-8000-000000000000`,
    })
    const foreign = await failureOf(backend.call(getJob, name('someone-elses'), alice))
    expect(foreign).toMatchObject({ code: 'PERMISSION_DENIED', reason: 'NOT_A_MEMBER' })
    const absent = await failureOf(backend.call(getJob, name('absent'), alice))
    expect({ ...absent, metadata: {} }).toEqual({ ...foreign, metadata: {} })
  })

  test('bytes that are no such message are INVALID_ARGUMENT', async () => {
    const garbage = {
      ...getCaller,
      requestSerialize: () => Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x01]),
    }
    expect(await failureOf(backend.call(garbage, {}, alice))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'MALFORMED_MESSAGE',
    })
  })

  test("a character that the database cannot store is the request's fault", async () => {
    const request = { displayName: 'a\u0000b', scopes: ['jobs.read'], lifetimeDays: 1 }
    expect(await failureOf(backend.call(createApiToken, request, alice))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'CHARACTER_NOT_STORABLE',
    })
  })

  test('a method that is not there is UNIMPLEMENTED', async () => {
    const absent = { ...getCaller, path: '/fairlead.identity.v1.IdentityService/Absent' as never }
    expect(await failureOf(backend.call(absent, {}, alice))).toMatchObject({ code: 'UNIMPLEMENTED' })
  })
})

/** A server of one method of the contracts with a handler of the test's, beside the real one. */
async function serverWith(
  method: typeof getCaller | typeof watchJobs,
  handle: (request: never, context: CallContext) => unknown,
  log = pino({ level: 'silent' }),
): Promise<{ server: GrpcServer; client: Client; port: number }> {
  const service = { definition: { method }, handlers: { method: handle } } as unknown as RegisteredService
  const environment = { ...backend.modules.environment, log, recheckIntervalMs: 50 }
  const server = createGrpcServer([service], environment)
  const port = await server.start({ host: '127.0.0.1', port: 0 })
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  })
  return { server, client, port }
}

test('health says that the server lives at once, and that it serves when it is told', async () => {
  const server = createGrpcServer(backend.modules.services, backend.modules.environment)
  const ready = Promise.withResolvers<void>()
  const port = await server.start({ host: '127.0.0.1', port: 0 }, ready.promise)
  const Health = makeClientConstructor(healthService, 'grpc.health.v1.Health')
  const client = new Health(`127.0.0.1:${port}`, credentials.createInsecure())
  const health = (name: string) =>
    new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = healthService['Check']!
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { service: name },
        (error, answer) => (error === null ? resolve((answer as { status: string }).status) : reject(error)),
      )
    })
  try {
    const identity = 'fairlead.identity.v1.IdentityService'
    expect([await health(''), await health(identity), await health('live')]).toEqual([
      'NOT_SERVING',
      'NOT_SERVING',
      'SERVING',
    ])
    ready.resolve()
    await expect.poll(() => health('')).toBe('SERVING')
    expect(await health(identity)).toBe('SERVING')
  } finally {
    client.close()
    await server.stop()
  }
})

test('a defect is INTERNAL: its text stays in the log, beside the request id that the caller is told', async () => {
  const lines: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) })
  const { server, client } = await serverWith(
    getCaller,
    async () => {
      throw new Error('password=hunter2', { cause: new Error('the deeper reason') })
    },
    log,
  )
  const metadata = bearer(alice)
  metadata.set('x-request-id', 'request-77')
  const error = await new Promise<ServiceError>((resolve) => {
    const { path, requestSerialize, responseDeserialize } = getCaller
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, metadata, (failure) =>
      resolve(failure!),
    )
  })
  const seen = seenError(error)
  expect(seen).toMatchObject({ code: 'INTERNAL', reason: 'INTERNAL', metadata: { requestId: 'request-77' } })
  expect(JSON.stringify([error.message, error.details, error.metadata.toHttp2Headers()])).not.toContain(
    'hunter2',
  )
  expect(lines.join('')).toMatch(/request-77/)
  expect(lines.join('')).toMatch(/hunter2.*the deeper reason/)
  client.close()
  await server.stop()
})

describe('streams', () => {
  const openStreams = async () => {
    const line = (await backend.metrics())
      .split('\n')
      .find((text) => text.startsWith('fairlead_open_streams{'))
    return Number(line?.split(' ').at(-1) ?? 0)
  }

  const watch = (client: Client, token = alice) =>
    client.makeServerStreamRequest(
      watchJobs.path,
      watchJobs.requestSerialize,
      watchJobs.responseDeserialize,
      { parent },
      bearer(token),
    )

  const endOf = (stream: ReturnType<typeof watch>) =>
    new Promise<ServiceError>((resolve) => {
      stream.on('data', () => undefined)
      stream.on('error', (error: ServiceError) => resolve(error))
    })

  test('an idle stream beats in the interval that the settings name', async () => {
    const stream = watch(backend.client)
    const heartbeats: string[] = []
    stream.on('data', ({ change }: JobChange) => {
      if (change?.$case === 'heartbeat') heartbeats.push(change.$case)
    })
    const end = new Promise((resolve) => stream.once('error', resolve))
    // Of the two, one would not come in time by the default of 10 s.
    await expect.poll(() => heartbeats.length, { timeout: 6_000 }).toBeGreaterThanOrEqual(2)
    stream.cancel()
    await end
  })

  test("a cancelled stream frees the server's side", async () => {
    const stream = watch(backend.client)
    const end = endOf(stream)
    await expect.poll(openStreams).toBe(1)
    stream.cancel()
    expect((await end).code).toBe(status.CANCELLED)
    await expect.poll(openStreams).toBe(0)
  })

  test("a client that disconnects without a word frees the server's side", async () => {
    const streams = Array.from({ length: 5 }, () => {
      const client = new Client(backend.address, credentials.createInsecure(), {
        'grpc.use_local_subchannel_pool': 1,
      })
      return { client, end: endOf(watch(client)) }
    })
    await expect.poll(openStreams).toBe(5)
    for (const { client } of streams) client.close()
    await Promise.all(streams.map(({ end }) => end))
    await expect.poll(openStreams).toBe(0)
  })

  test('a handler that waits is told to stop, and is released', async () => {
    let released = false
    const { server, client } = await serverWith(watchJobs, async function* (_request, { signal }) {
      try {
        yield { change: undefined } satisfies JobChange
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      } finally {
        released = true
      }
    })
    const stream = watch(client)
    const end = endOf(stream)
    await expect.poll(openStreams).toBe(1)
    stream.cancel()
    await end
    await expect.poll(() => released).toBe(true)
    await expect.poll(openStreams).toBe(0)
    client.close()
    await server.stop()
  })

  let made = 0
  const large = () => {
    made++
    return { change: { $case: 'deleted', value: 'x'.repeat(64 * 1024) } } satisfies JobChange
  }
  const flood = async function* () {
    for (;;) yield large()
  }
  const pushedFlood = () =>
    pushedStream<JobChange>(async (sink, signal) => {
      while (!signal.aborted) if (!sink.write(large())) await sink.drained()
    })

  test.each([
    ['yields', flood],
    ['pushes', pushedFlood],
  ])('a reader that does not read holds back a handler that %s', async (_how, handler) => {
    made = 0
    const { server, client, port } = await serverWith(watchJobs, handler)
    // Plain HTTP/2: the client of grpc-js would read ahead without a limit.
    const session = http2.connect(`http://127.0.0.1:${port}`)
    const stream = session.request({
      ':method': 'POST',
      ':path': watchJobs.path,
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: `Bearer ${alice}`,
    })
    stream.pause()
    stream.end(frame(watchJobs.requestSerialize({ parent })))
    let before = -1
    const stands = () => {
      const still = made === before && made > 0
      before = made
      return still
    }
    await expect.poll(stands, { interval: 200, timeout: 5_000 }).toBe(true)
    expect(made).toBeLessThan(100)
    session.destroy()
    await expect.poll(openStreams).toBe(0)
    client.close()
    await server.stop()
  })

  test('what is pushed arrives in order, and its end is the end of the stream', async () => {
    const { server, client } = await serverWith(watchJobs, () =>
      pushedStream<JobChange>(async (sink) => {
        for (let value = 0; value < 50; value++) {
          const change = sharedMessage<JobChange>({ change: { $case: 'deleted', value: String(value) } })
          if (!sink.write(change)) await sink.drained()
        }
      }),
    )
    const stream = watch(client, alice)
    const values: unknown[] = []
    stream.on('data', ({ change }: JobChange) => values.push(change?.value))
    await new Promise((resolve) => stream.once('end', resolve))
    expect(values).toEqual(Array.from({ length: 50 }, (_, value) => String(value)))
    client.close()
    await server.stop()
  })

  test('a pushed stream that breaks off says why', async () => {
    const { server, client } = await serverWith(watchJobs, () =>
      pushedStream<JobChange>(async (sink) => {
        sink.write({ change: { $case: 'heartbeat', value: {} } })
        throw invalidField('parent', 'is not to be watched')
      }),
    )
    const end = await endOf(watch(client, alice))
    expect(seenError(end)).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['parent'] })
    client.close()
    await server.stop()
  })

  /** One message, not compressed. */
  function frame(message: Buffer): Buffer {
    const head = Buffer.alloc(5)
    head.writeUInt32BE(message.length, 1)
    return Buffer.concat([head, message])
  }

  test('a stopping server ends its streams with UNAVAILABLE', async () => {
    const { server, client } = await serverWith(watchJobs, async function* () {
      yield { change: undefined } satisfies JobChange
      await new Promise(() => undefined)
    })
    const stream = watch(client)
    const end = endOf(stream)
    await new Promise((resolve) => stream.once('data', resolve))
    const stopped = server.stop()
    expect(seenError(await end)).toMatchObject({ code: 'UNAVAILABLE', reason: 'SERVER_STOPPING' })
    await stopped
    client.close()
  })

  test('a stream ends when its token expires', async () => {
    const { server, client } = await serverWith(watchJobs, waiting)
    const exp = Math.floor(Date.now() / 1000) - 3
    const claims = { sub: 'dev-alice', email: 'alice@example.org', email_verified: true, name: 'Alice', exp }
    const end = await endOf(watch(client, await backend.issuer.sign(claims)))
    expect(seenError(end)).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' })
    client.close()
    await server.stop()
  })

  test('a stream ends when its caller leaves the organisation', async () => {
    const zoe = await backend.issuer.tokenOf('zoe')
    await backend.call(getCaller, {}, zoe)
    const { deleteMember } = IdentityServiceService
    const member = await backend.call(
      createMember,
      { parent, email: 'zoe@example.org', role: 'ROLE_MEMBER' },
      alice,
    )
    const { server, client } = await serverWith(watchJobs, waiting)
    const stream = watch(client, zoe)
    const end = endOf(stream)
    await new Promise((resolve) => stream.once('data', resolve))
    await backend.call(deleteMember, { name: member.name }, alice)
    expect(seenError(await end)).toMatchObject({ code: 'PERMISSION_DENIED', reason: 'NOT_A_MEMBER' })
    client.close()
    await server.stop()
  })

  async function* waiting(_request: never, { signal }: CallContext): AsyncGenerator<JobChange> {
    yield { change: undefined }
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  }
})

test('a connection that speaks something else is dropped, and the server goes on', async () => {
  const [host, port] = backend.address.split(':')
  const socket = connect(Number(port), host)
  socket.end('GET / HTTP/1.1\r\n\r\n')
  await new Promise((resolve) => socket.on('close', resolve).resume())
  await backend.call(getCaller, {}, alice)
})
