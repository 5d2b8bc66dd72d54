import { GetCallerResponse } from '@fairlead/proto/web/fairlead/identity/v1/identity'
import { JobEvent } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Any } from '@fairlead/proto/web/google/protobuf/any'
import { BadRequest, ErrorInfo } from '@fairlead/proto/web/google/rpc/error_details'
import { Status } from '@fairlead/proto/web/google/rpc/status'
import { firstValueFrom, lastValueFrom } from 'rxjs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createApi } from './api'
import { keepStreamOpen } from './reconnecting-stream'
import { type Call, startGrpcWebServer } from './testing/grpc-web-server'
import { type CallSpan, createTransport } from './transport'

let answer: (call: Call) => void
let server: Awaited<ReturnType<typeof startGrpcWebServer>>
let token = 'first'
const renewAccessToken = vi.fn(async () => true)
const onUnauthenticated = vi.fn()
const onReachable = vi.fn()
const onUnreachable = vi.fn()
const endSpan = vi.fn()
const beginSpan = vi.fn((_method: string): CallSpan | undefined => undefined)

beforeAll(() => {
  // Under this name the library looks for fetch, as in a page.
  vi.stubGlobal('self', globalThis)
})
afterAll(() => {
  vi.unstubAllGlobals()
})
beforeEach(async () => {
  server = await startGrpcWebServer((call) => answer(call))
})
afterEach(async () => {
  await server.stop()
  vi.clearAllMocks()
  renewAccessToken.mockImplementation(async () => true)
  token = 'first'
})

function api() {
  return createApi(
    createTransport({
      host: server.url,
      accessToken: () => token,
      renewAccessToken,
      onUnauthenticated,
      onReachable,
      onUnreachable,
      beginSpan,
    }),
  )
}

const caller = GetCallerResponse.encode(
  GetCallerResponse.fromPartial({ user: { email: 'alice@example.org' } }),
).finish()

test('a call carries the access token and gives the message', async () => {
  let headers: Call['headers'] = {}
  answer = (call) => {
    headers = call.headers
    call.message(caller)
    call.end(0)
  }
  const response = await api().identity().GetCaller({})
  expect(response.user?.email).toBe('alice@example.org')
  expect(headers.authorization).toBe('Bearer first')
  expect(headers['grpc-timeout']).toBe('30000m')
  expect(onReachable).toHaveBeenCalled()
})

test('a refusal is an ApiError with its code, reason and field violations', async () => {
  const details = Status.encode(
    Status.fromPartial({
      code: 3,
      details: [
        Any.fromPartial({
          typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo',
          value: ErrorInfo.encode(ErrorInfo.fromPartial({ reason: 'BAD_REGION' })).finish(),
        }),
        Any.fromPartial({
          typeUrl: 'type.googleapis.com/google.rpc.BadRequest',
          value: BadRequest.encode(
            BadRequest.fromPartial({
              fieldViolations: [{ field: 'parameters[1].value', description: 'The radius is −1.' }],
            }),
          ).finish(),
        }),
      ],
    }),
  ).finish()
  // gRPC sends base64 without its padding.
  const encoded = Buffer.from(details).toString('base64').replace(/=+$/, '')
  answer = (call) => call.end(3, { 'grpc-message': 'off%20the%20sky', 'grpc-status-details-bin': encoded })
  await expect(api().identity().GetCaller({})).rejects.toMatchObject({
    name: 'ApiError',
    code: 'INVALID_ARGUMENT',
    message: 'off the sky',
    reason: 'BAD_REGION',
    violations: [{ field: 'parameters[1].value', description: 'The radius is −1.' }],
  })
  expect(onUnreachable).not.toHaveBeenCalled()
})

test('unreadable details leave the status as it is', async () => {
  answer = (call) => call.end(5, { 'grpc-message': 'no such job', 'grpc-status-details-bin': '!!' })
  await expect(api().identity().GetCaller({})).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'no such job',
  })
})

test('a server that is gone is UNAVAILABLE', async () => {
  const { identity } = api()
  await server.stop()
  await expect(identity().GetCaller({})).rejects.toMatchObject({ code: 'UNAVAILABLE', transient: true })
  expect(onUnreachable).toHaveBeenCalled()
  server = await startGrpcWebServer((call) => answer(call))
})

test('a proxy that answers for a backend that is gone is UNAVAILABLE too', async () => {
  answer = (call) => call.end(14, { 'grpc-message': 'upstream connect error' })
  await expect(api().identity().GetCaller({})).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'Fairlead cannot be reached at the moment.',
  })
  expect(onUnreachable).toHaveBeenCalled()
})

test('a backend whose database is away says so, and counts as out of reach', async () => {
  const details = Status.encode(
    Status.fromPartial({
      code: 14,
      details: [
        Any.fromPartial({
          typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo',
          value: ErrorInfo.encode(ErrorInfo.fromPartial({ reason: 'DATABASE_UNAVAILABLE' })).finish(),
        }),
      ],
    }),
  ).finish()
  const encoded = Buffer.from(details).toString('base64').replace(/=+$/, '')
  answer = (call) =>
    call.end(14, { 'grpc-message': 'no database at the moment', 'grpc-status-details-bin': encoded })
  await expect(api().identity().GetCaller({})).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'no database at the moment',
  })
  expect(onUnreachable).toHaveBeenCalled()
  expect(onReachable).not.toHaveBeenCalled()
})

test('a refused token is renewed once, and the call made again', async () => {
  renewAccessToken.mockImplementation(async () => {
    token = 'second'
    return true
  })
  const seen: (string | undefined)[] = []
  answer = (call) => {
    seen.push(call.headers.authorization)
    if (call.headers.authorization === 'Bearer first') return call.end(16)
    call.message(caller)
    call.end(0)
  }
  await api().identity().GetCaller({})
  expect(seen).toEqual(['Bearer first', 'Bearer second'])
  expect(onUnauthenticated).not.toHaveBeenCalled()
})

test('a token that stays refused ends the session', async () => {
  answer = (call) => call.end(16)
  await expect(api().identity().GetCaller({})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(renewAccessToken).toHaveBeenCalledTimes(1)
  expect(onUnauthenticated).toHaveBeenCalledTimes(1)
})

test('a provider that is not reached leaves the session as it is', async () => {
  renewAccessToken.mockRejectedValue(new TypeError('Failed to fetch'))
  answer = (call) => call.end(16)
  await expect(api().identity().GetCaller({})).rejects.toMatchObject({ code: 'UNAVAILABLE', transient: true })
  expect(onUnauthenticated).not.toHaveBeenCalled()
  expect(onUnreachable).toHaveBeenCalled()
})

test('a call ends at its deadline', async () => {
  let closed: Promise<void> | undefined
  answer = (call) => {
    closed = call.closed
  }
  await expect(api().identity({ timeoutMs: 50 }).GetCaller({})).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
  })
  await closed
})

test('an aborted call frees the server', async () => {
  const controller = new AbortController()
  const arrived = Promise.withResolvers<Call>()
  answer = arrived.resolve
  const response = api().identity({ signal: controller.signal }).GetCaller({})
  const call = await arrived.promise
  controller.abort()
  await expect(response).rejects.toMatchObject({ code: 'CANCELLED', cancelled: true })
  await call.closed
})

const event = (sequence: bigint) =>
  JobEvent.encode(JobEvent.fromPartial({ sequence, event: { $case: 'progress', value: 0.5 } })).finish()

test('a stream’s token is renewed too', async () => {
  renewAccessToken.mockImplementation(async () => {
    token = 'second'
    return true
  })
  answer = (call) => {
    if (call.headers.authorization === 'Bearer first') return call.end(16)
    call.message(event(1n))
    call.end(0)
  }
  const message = await firstValueFrom(api().jobs().WatchJob({ name: 'organizations/o/jobs/1' }))
  expect(message.sequence).toBe(1n)
})

test('a stream that outlives several tokens goes on', async () => {
  let renewals = 0
  renewAccessToken.mockImplementation(async () => {
    renewals += 1
    token = `token-${renewals}`
    return true
  })
  answer = (call) => {
    call.message(event(BigInt(renewals + 1)))
    call.end(renewals < 3 ? 16 : 0)
  }
  const last = await lastValueFrom(api().jobs().WatchJob({ name: 'organizations/o/jobs/1' }))
  expect(last.sequence).toBe(4n)
  expect(onUnauthenticated).not.toHaveBeenCalled()
})

test('a broken stream opens again after the last sequence, and frees the server when closed', async () => {
  const calls: Call[] = []
  answer = (call) => {
    calls.push(call)
    call.message(event(calls.length === 1 ? 1n : 2n))
  }
  const client = api()
  let last = 0n
  const asked: bigint[] = []
  const close = keepStreamOpen({
    open: () => {
      asked.push(last)
      return client.jobs().WatchJob({ name: 'organizations/o/jobs/1', afterSequence: last })
    },
    onMessage: (message) => {
      last = message.sequence
    },
    onRefused: (error) => expect.unreachable(error.message),
    onUnreachable: () => undefined,
    minimumDelayMs: 5,
  })
  await vi.waitFor(() => expect(last).toBe(1n))
  calls[0]?.destroy()
  await vi.waitFor(() => expect(last).toBe(2n))
  expect(asked).toEqual([0n, 1n])
  expect(onUnreachable).toHaveBeenCalled()
  close()
  await calls[1]?.closed
})

test('a call that is traced carries its trace, and its span ends once with the status', async () => {
  beginSpan.mockImplementationOnce(() => ({ traceparent: '00-trace-span-01', end: endSpan }))
  let headers: Call['headers'] = {}
  answer = (call) => {
    headers = call.headers
    call.end(5, { 'grpc-message': 'no such user' })
  }
  await expect(api().identity().GetCaller({})).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(beginSpan).toHaveBeenCalledWith('fairlead.identity.v1.IdentityService/GetCaller')
  expect(headers['traceparent']).toBe('00-trace-span-01')
  expect(endSpan.mock.calls).toEqual([['NOT_FOUND']])
})

test('the span of a stream is that of its opening', async () => {
  beginSpan.mockImplementationOnce(() => ({ traceparent: '00-trace-span-01', end: endSpan }))
  answer = (call) => {
    call.message(JobEvent.encode(JobEvent.fromPartial({ sequence: 1 })).finish())
    call.message(JobEvent.encode(JobEvent.fromPartial({ sequence: 2 })).finish())
  }
  const first = await firstValueFrom(api().jobs().WatchJob({ name: 'organizations/a/jobs/b' }))
  expect(Number(first.sequence)).toBe(1)
  expect(endSpan.mock.calls).toEqual([['OK']])
})
