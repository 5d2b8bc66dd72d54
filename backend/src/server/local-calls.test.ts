import { IdentityServiceService } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import { JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { type LocalCall, type LocalCalls, localCalls } from './local-calls.ts'

const { listMembers, createApiToken, getCaller } = IdentityServiceService
const { createJob, getJob, watchJobs } = JobServiceService
const members = { parent: 'organizations/lab', pageSize: 0, pageToken: '' }

let backend: TestBackend
let calls: LocalCalls
let alice: LocalCall

beforeAll(async () => {
  const person = (name: string, role: 'SUBMITTER' | 'MEMBER') => ({ email: `${name}@example.org`, role })
  backend = await startTestBackend({
    organizations: [
      {
        slug: 'lab',
        displayName: 'Lab',
        kind: 'MEMBER',
        members: [person('alice', 'SUBMITTER'), person('carol', 'MEMBER')],
      },
      { slug: 'other', displayName: 'Other', kind: 'MEMBER', members: [] },
    ],
  })
  calls = localCalls(backend.modules.services, backend.modules.environment)
  alice = await callOf('alice')
})
afterAll(() => backend.stop())

async function callOf(name: string, signal = new AbortController().signal): Promise<LocalCall> {
  return { authorization: `Bearer ${await backend.issuer.tokenOf(name)}`, requestId: 'local', signal }
}

const figure = async (line: string) =>
  Number(
    (await backend.metrics())
      .split('\n')
      .find((each) => each.startsWith(line))
      ?.slice(line.length) ?? 0,
  )

test('a local call answers what a call by gRPC does', async () => {
  const local = await calls.unary(listMembers, members, alice)
  const remote = await backend.call(listMembers, members, alice.authorization?.slice('Bearer '.length))
  expect(local).toEqual(remote)
})

test('a local call is authenticated, admitted and validated as one by gRPC', async () => {
  const anonymous = { ...alice, authorization: undefined }
  await expect(calls.unary(listMembers, members, anonymous)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    reason: 'TOKEN_MISSING',
  })
  const foreign = { ...members, parent: 'organizations/other' }
  await expect(calls.unary(listMembers, foreign, alice)).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    reason: 'NOT_A_MEMBER',
  })
  await expect(calls.unary(listMembers, { ...members, pageSize: -1 }, alice)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    violations: [{ field: 'page_size' }],
  })
  const absent = { name: 'organizations/lab/jobs/0190f0e0-0000-7000-8000-000000000000' }
  await expect(calls.unary(getJob, absent, alice)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('local calls are counted beside those by gRPC', async () => {
  const ok = 'fairlead_grpc_calls_total{method="/fairlead.identity.v1.IdentityService/GetCaller",code="OK"} '
  const before = await figure(ok)
  await calls.unary(getCaller, {}, alice)
  expect(await figure(ok)).toBe(before + 1)
})

test('an API token is held to its scopes', async () => {
  const request = { displayName: 'narrow', scopes: ['jobs.read'], lifetimeDays: 1 }
  const { secret } = await calls.unary(createApiToken, request, alice)
  const narrow = { ...alice, authorization: `Bearer ${secret}` }
  await expect(calls.unary(listMembers, members, narrow)).rejects.toMatchObject({
    reason: 'TOKEN_SCOPE_MISSING',
  })
})

test('a stream is read, and released when its signal is aborted', async () => {
  const open = 'fairlead_open_streams{method="/fairlead.jobs.v1.JobService/WatchJobs"} '
  const controller = new AbortController()
  const stream = calls.stream(watchJobs, { parent: members.parent }, await callOf('alice', controller.signal))
  expect((await stream.next()).value).toMatchObject({ change: { $case: 'heartbeat' } })
  expect(await figure(open)).toBe(1)
  const next = stream.next()
  controller.abort(new Error('the client is gone'))
  await expect(next).rejects.toThrow()
  expect(await figure(open)).toBe(0)
})

test('a stream that its reader leaves is released', async () => {
  const open = 'fairlead_open_streams{method="/fairlead.jobs.v1.JobService/WatchJobs"} '
  for await (const { change } of calls.stream(watchJobs, { parent: members.parent }, alice)) {
    expect(change?.$case).toBe('heartbeat')
    break
  }
  expect(await figure(open)).toBe(0)
})

test('a stream ends when the right to read it is lost', async () => {
  const eager = localCalls(backend.modules.services, {
    ...backend.modules.environment,
    recheckIntervalMs: 20,
  })
  const stream = eager.stream(watchJobs, { parent: members.parent }, await callOf('carol'))
  await stream.next()
  await backend.database.dataSource.query(
    `delete from memberships where user_id in (select id from users where email = 'carol@example.org')`,
  )
  const rest = async () => {
    for await (const _change of stream);
  }
  await expect(rest()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
})

test("authorize gives what a method's handler would be given, and runs nothing", async () => {
  const request = {
    parent: 'organizations/lab',
    service: 'cutout',
    parameters: [],
    runId: '',
    executionDuration: undefined,
    destructionTime: undefined,
    keepPending: false,
    requestId: '',
  }
  const context = await calls.authorize(createJob, request, alice)
  expect(context).toMatchObject({
    caller: { email: 'alice@example.org' },
    organization: { slug: 'lab' },
    requestId: 'local',
  })
  const foreign = { ...request, parent: 'organizations/other' }
  await expect(calls.authorize(createJob, foreign, alice)).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
  })
  const wrong = { ...request, service: 'No Service' }
  await expect(calls.authorize(createJob, wrong, alice)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
