// Every method x every role x own and foreign organisation x signed out x API tokens x shares, through the real server.
import { clone, create, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { IdentityServiceService } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import { JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, startTestBackend, type TestBackend } from '../testing/backend.ts'
import { insertTestDevice } from '../testing/test-device.ts'
import { insertTestJob } from '../testing/test-job.ts'
import { AccessDeclarationError, type AccessPolicy, accessPolicy } from './access-policy.ts'
import { type Contracts, contractsOf, methodOfPath, readContracts } from './contracts.ts'
import { createGrpcServer } from './grpc-server.ts'

/** Who may, written down a second time: a slip in role-permissions.ts must not pass because it is the same slip. */
const everyone = ['member', 'submitter', 'treasurer', 'administrator', 'analyst', 'director', 'operator']
const whoMay: Readonly<Record<string, readonly string[]>> = {
  'organizations.read': everyone,
  'members.read': everyone,
  'datasets.read': everyone,
  'datasets.register': ['submitter', 'administrator', 'operator'],
  'files.read': everyone,
  'files.write': ['submitter', 'treasurer', 'administrator', 'analyst', 'director', 'operator'],
  'files.observe': ['analyst', 'director', 'operator'],
  'files.operate': ['operator'],
  'jobs.read': everyone,
  'jobs.submit': ['submitter', 'administrator', 'operator'],
  'members.manage': ['administrator', 'operator'],
  'organizations.list': ['analyst', 'director', 'operator'],
  'organizations.create': ['operator'],
  'jobs.observe': ['analyst', 'director', 'operator'],
  'jobs.operate': ['operator'],
  'notifications.observe': ['analyst', 'director', 'operator'],
  'notifications.operate': ['operator'],
  'notifications.announce': ['operator'],
  'credits.read': everyone,
  'credits.trade': ['treasurer', 'administrator'],
  'credits.observe': ['analyst', 'director', 'operator'],
  'credits.recommend': ['analyst'],
  'credits.approve': ['director'],
  'credits.configure': ['operator'],
  'credits.book': ['analyst', 'operator'],
  'credits.record': ['director', 'operator'],
  'locations.read': ['submitter', 'administrator', 'operator'],
  'locations.record': ['submitter', 'administrator', 'operator'],
  'locations.manage': ['administrator', 'operator'],
  'locations.observe': ['analyst', 'director', 'operator'],
  'locations.operate': ['operator'],
  'workflows.read': everyone,
  'workflows.write': ['submitter', 'administrator', 'operator'],
  'workflows.observe': ['analyst', 'director', 'operator'],
  'workflows.operate': ['operator'],
  'workflows.review': ['operator'],
}
/** SELF: everyone who is signed in. */
const selfPermissions = [
  '',
  'files.read',
  'jobs.read',
  'tokens.read',
  'tokens.manage',
  'notifications.read',
  'notifications.manage',
  'locations.self',
]
/** What a device may call, of itself. */
const deviceMethods = ['RecordFixes', 'StreamFixes']

const people = {
  member: { organization: 'lab', role: 'MEMBER' },
  submitter: { organization: 'lab', role: 'SUBMITTER' },
  treasurer: { organization: 'lab', role: 'TREASURER' },
  administrator: { organization: 'lab', role: 'ADMINISTRATOR' },
  analyst: { organization: 'centre', role: 'ANALYST' },
  director: { organization: 'centre', role: 'DIRECTOR' },
  operator: { organization: 'centre', role: 'ADMINISTRATOR' },
} as const
const names = Object.keys(people) as (keyof typeof people)[]

const seed = {
  organizations: [
    { slug: 'centre', displayName: 'Centre', kind: 'OPERATOR' as const, members: membersOf('centre') },
    { slug: 'lab', displayName: 'Lab', kind: 'MEMBER' as const, members: membersOf('lab') },
    { slug: 'other', displayName: 'Other', kind: 'MEMBER' as const, members: [] },
  ],
}

function membersOf(organization: string) {
  return Object.entries(people)
    .filter(([, person]) => person.organization === organization)
    .map(([name, { role }]) => ({ email: `${name}@example.org`, role }))
}

const contracts = readContracts()
const paths = [...contracts.registry]
  .filter((entry) => entry.kind === 'service' && entry.typeName.startsWith('fairlead.'))
  .flatMap((service) =>
    service.kind === 'service' ? service.methods.map(({ name }) => `/${service.typeName}/${name}`) : [],
  )
const allPermissions = new Set([...Object.keys(whoMay), ...selfPermissions])
const policies = new Map(paths.map((path) => [path, accessPolicy(contracts.registry, path, allPermissions)]))

/** What a share lets someone do who is no member; written down a second time, too. */
const sharedMethods = [
  'CreateDownloadUrl',
  'CreateResultUrl',
  'GetFile',
  'GetFilePreview',
  'GetJob',
  'GetWorkflowRun',
  'ListFileVersions',
  'ListJobTasks',
  'ListStepContainers',
  'WatchJob',
  'WatchWorkflowRun',
]

let backend: TestBackend
const tokens = new Map<string, string>()
/** Jobs of lab, by their names: one that is shared with stranger and operator, and one that is not. */
let sharedJob: string
let otherJob: string
/** Of two devices of lab and one of other, their names and tokens. */
const devices = new Map<'own' | 'beside' | 'elsewhere', { name: string; token: string }>()

beforeAll(async () => {
  backend = await startTestBackend(seed)
  for (const name of [...names, 'stranger']) tokens.set(name, await backend.issuer.tokenOf(name))
  // Known from the first sign-in on.
  await backend.call(IdentityServiceService.getCaller, {}, tokens.get('stranger'))
  const { dataSource } = backend.database
  sharedJob = await insertTestJob(dataSource, 'lab', 'submitter@example.org')
  otherJob = await insertTestJob(dataSource, 'lab', 'submitter@example.org')
  for (const name of ['stranger', 'operator']) await share(sharedJob, name)
  devices.set('own', await insertTestDevice(dataSource, 'lab'))
  devices.set('beside', await insertTestDevice(dataSource, 'lab'))
  devices.set('elsewhere', await insertTestDevice(dataSource, 'other'))
})
afterAll(() => backend.stop())

function share(name: string, user: string) {
  const request = { name, email: `${user}@example.org` }
  return backend.call(JobServiceService.shareJob, request, tokens.get('administrator'))
}

/** A request that names a thing and is otherwise empty: enough for access, mostly not for the rest. */
function requestFor(path: string, resource: string): Buffer {
  const schema = methodOfPath(contracts.registry, path)!.input
  const message = create(schema) as Record<string, unknown> & ReturnType<typeof create>
  const field = policies.get(path)?.resourceField
  if (field !== undefined) message[field] = resource
  return Buffer.from(toBinary(schema, message))
}

function codeOf(path: string, organization: string, token: string | undefined): Promise<string> {
  return codeOfCall(path, `organizations/${organization}`, token)
}

/** The code that a call ends with; OK also for a stream that has begun to answer. */
function codeOfCall(path: string, resource: string, token: string | undefined): Promise<string> {
  const same = (bytes: Buffer) => bytes
  const request = requestFor(path, resource)
  const method = methodOfPath(contracts.registry, path)!
  return new Promise((resolve) => {
    const ended = (error: ServiceError | null) => resolve(error === null ? 'OK' : status[error.code]!)
    if (method.methodKind === 'unary') {
      backend.client.makeUnaryRequest(path, same, same, request, bearer(token), ended)
      return
    }
    const stream =
      method.methodKind === 'bidi_streaming'
        ? uploaded(backend.client.makeBidiStreamRequest(path, same, same, bearer(token)), request)
        : backend.client.makeServerStreamRequest(path, same, same, request, bearer(token))
    stream.on('data', () => stream.cancel())
    stream.on('error', (error: ServiceError) => ended(error.code === status.CANCELLED ? null : error))
    stream.on('end', () => ended(null))
  })
}

function uploaded<Call extends { end(message: Buffer): unknown }>(call: Call, request: Buffer): Call {
  call.end(request)
  return call
}

function mayDo(name: string, policy: AccessPolicy, organization: string): boolean {
  if (policy.scope === 'PUBLIC') return true
  if (policy.scope === 'SELF') return true
  const person = people[name as keyof typeof people] as { organization: string } | undefined
  if (person === undefined) return false
  if (policy.scope === 'ORGANIZATION' && person.organization !== organization) return false
  return whoMay[policy.permission]!.includes(name)
}

const refused = ['PERMISSION_DENIED', 'UNAUTHENTICATED']

test('the server offers every method of the contracts, and no other', () => {
  const offered = backend.modules.services.flatMap(({ definition }) =>
    Object.values(definition).map(({ path }) => path),
  )
  expect(offered.sort()).toEqual([...paths].sort())
})

test('every permission that a method asks for is in the table of this test', () => {
  for (const [path, { scope, permission }] of policies) {
    if (scope === 'PUBLIC') expect(permission, path).toBe('')
    else if (scope === 'SELF') expect(selfPermissions, path).toContain(permission)
    else expect(Object.keys(whoMay), path).toContain(permission)
  }
})

function startWith(changed: Contracts) {
  return createGrpcServer(backend.modules.services, { ...backend.modules.environment, contracts: changed })
}

test('with every access option the server starts', () => {
  expect(() => startWith(contractsOf(descriptorSet()))).not.toThrow()
})

describe.each(paths)('%s', (path) => {
  const policy = policies.get(path)!

  test.each([...names, 'stranger'])('%s: allowed where the role says so, and only there', async (name) => {
    for (const organization of ['lab', 'centre', 'other', 'absent']) {
      const code = await codeOf(path, organization, tokens.get(name))
      const place = `in ${organization}: ${code}`
      if (mayDo(name, policy, organization)) expect(refused, place).not.toContain(code)
      else expect(code, place).toBe('PERMISSION_DENIED')
    }
  })

  test('a stranger with whom a job is shared: allowed where the contract says so, and for that job only', async () => {
    const { scope } = policy
    const anywhere = scope === 'PUBLIC' || scope === 'SELF'
    for (const below of ['', '/results/image.fits']) {
      const ofShared = await codeOfCall(path, sharedJob + below, tokens.get('stranger'))
      if (anywhere || policy.shared) expect(refused, `the shared job${below}`).not.toContain(ofShared)
      else expect(ofShared, `the shared job${below}`).toBe('PERMISSION_DENIED')
      const ofOther = await codeOfCall(path, otherJob + below, tokens.get('stranger'))
      if (anywhere) expect(refused, `another job${below}`).not.toContain(ofOther)
      else expect(ofOther, `another job${below}`).toBe('PERMISSION_DENIED')
    }
    // The same job by the name of another organisation is another thing.
    const elsewhere = sharedJob.replace('organizations/lab', 'organizations/centre')
    if (!anywhere) expect(await codeOfCall(path, elsewhere, tokens.get('stranger'))).toBe('PERMISSION_DENIED')
  })

  test("a device's token: allowed to record fixes of the device, and nothing else", async () => {
    const own = devices.get('own')!
    const isOpen = policy.scope === 'PUBLIC'
    const isItsOwn = deviceMethods.includes(path.split('/')[2]!)
    const ofItself = await codeOfCall(path, own.name, own.token)
    if (isOpen || isItsOwn) expect(refused, 'of itself').not.toContain(ofItself)
    else expect(ofItself, 'of itself').toBe('PERMISSION_DENIED')
    if (isOpen) return
    const [, slug, , id] = own.name.split('/')
    for (const resource of [
      devices.get('beside')!.name,
      devices.get('elsewhere')!.name,
      `organizations/other/devices/${id}`,
      `organizations/${slug}`,
      `organizations/${slug}/persons/${id}`,
      `${own.name}/fixes`,
      own.name.toUpperCase().replace('ORGANIZATIONS/LAB/DEVICES', 'organizations/lab/devices'),
      sharedJob,
    ]) {
      const code = await codeOfCall(path, resource, own.token)
      expect(code, resource).toBe('PERMISSION_DENIED')
    }
  })

  test('signed out: refused, unless it is for everyone', async () => {
    for (const token of [undefined, 'nonsense']) {
      const code = await codeOf(path, 'lab', token)
      if (policy.scope === 'PUBLIC') expect(refused).not.toContain(code)
      else expect(code).toBe('UNAUTHENTICATED')
    }
  })

  test('an API token: allowed by its scope, and never beyond the role', async () => {
    const { permission } = policy
    if (permission === '' || permission === 'tokens.manage') {
      const narrow = await apiToken('operator', ['jobs.read'])
      const code = await codeOf(path, 'centre', narrow)
      if (permission === '') expect(refused).not.toContain(code)
      else expect(code).toBe('PERMISSION_DENIED')
      return
    }
    const name = whoMay[permission]?.includes('operator') === false ? whoMay[permission][0]! : 'operator'
    const { organization } = people[name as keyof typeof people]
    const wide = await apiToken(name, [permission])
    expect(refused).not.toContain(await codeOf(path, organization, wide))
    const other = permission === 'jobs.read' ? 'datasets.read' : 'jobs.read'
    const narrow = await apiToken(name, [other])
    expect(await codeOf(path, organization, narrow)).toBe('PERMISSION_DENIED')
    const elsewhere = organization === 'lab' ? 'centre' : 'lab'
    if (policy.scope === 'ORGANIZATION') expect(await codeOf(path, elsewhere, wide)).toBe('PERMISSION_DENIED')
  })

  test('without its access option the server does not start', () => {
    expect(() => startWith(contractsOf(descriptorSet(path)))).toThrow(AccessDeclarationError)
  })
})

describe('a share', () => {
  const getJob = JobServiceService.getJob.path
  const methods = paths.filter((path) => policies.get(path)?.shared)

  test('is good for eleven methods', () => {
    expect(methods.map((path) => path.split('/')[2]).sort()).toEqual(sharedMethods)
  })

  test('does not carry an API token beyond its scopes', async () => {
    const reads = await apiToken('operator', ['files.read', 'jobs.read'])
    const others = await apiToken('operator', ['datasets.read'])
    for (const path of methods) {
      expect(refused, path).not.toContain(await codeOfCall(path, sharedJob, reads))
      expect(await codeOfCall(path, sharedJob, others), path).toBe('PERMISSION_DENIED')
    }
  })

  test('that is revoked ends what it allowed, an open watch too', async () => {
    const { dataSource } = backend.database
    const name = await insertTestJob(dataSource, 'lab', 'submitter@example.org')
    const { shares } = await share(name, 'stranger')
    const server = createGrpcServer(backend.modules.services, {
      ...backend.modules.environment,
      recheckIntervalMs: 20,
    })
    const port = await server.start({ host: '127.0.0.1', port: 0 })
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    })
    const { path, requestSerialize, responseDeserialize } = JobServiceService.watchJob
    const watch = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { name, afterSequence: 0n },
      bearer(tokens.get('stranger')),
    )
    const ended = new Promise<ServiceError>((resolve) => watch.on('error', resolve))
    await new Promise((resolve) => watch.once('data', resolve))

    const user = shares[0]!.user
    await backend.call(JobServiceService.unshareJob, { name, user }, tokens.get('submitter'))
    expect(status[(await ended).code]).toBe('PERMISSION_DENIED')
    for (const method of methods) {
      expect(await codeOfCall(method, name, tokens.get('stranger')), method).toBe('PERMISSION_DENIED')
    }
    client.close()
    await server.stop()
  })

  test('with an invited person is theirs when they sign in, also who was known by another address', async () => {
    const { dataSource } = backend.database
    const name = await insertTestJob(dataSource, 'lab', 'submitter@example.org')
    const claims = { sub: 'dev-nina', email: 'nina@example.org', name: 'Nina' }
    const signIn = async (proven: boolean) => {
      const token = await backend.issuer.sign({ ...claims, email_verified: proven })
      await backend.call(IdentityServiceService.getCaller, {}, token)
      return token
    }
    await signIn(false)
    // Whoever has not proven the address is not who is invited by it.
    const invitation = { parent: 'organizations/centre', email: claims.email, role: 'ROLE_ANALYST' as const }
    await backend.call(IdentityServiceService.createMember, invitation, tokens.get('operator'))
    await share(name, 'nina')
    expect(await codeOfCall(getJob, name, await signIn(false))).toBe('PERMISSION_DENIED')
    expect(await codeOfCall(getJob, name, await signIn(true))).toBe('OK')
  })

  test('by an owner who may share with members alone ends with the membership', async () => {
    const { dataSource } = backend.database
    const name = await insertTestJob(dataSource, 'lab', 'submitter@example.org')
    const { createMember, deleteMember } = IdentityServiceService
    const administrator = tokens.get('administrator')
    const joined = await backend.call(
      createMember,
      { parent: 'organizations/lab', email: 'stranger@example.org', role: 'ROLE_MEMBER' },
      administrator,
    )
    const request = { name, email: 'stranger@example.org' }
    await backend.call(JobServiceService.shareJob, request, tokens.get('submitter'))
    const list = () =>
      backend.call(JobServiceService.listSharedJobs, { pageSize: 0, pageToken: '' }, tokens.get('stranger'))
    expect((await list()).jobs.map((job) => job.name)).toContain(name)
    await backend.call(deleteMember, { name: joined.name }, administrator)
    expect((await list()).jobs.map((job) => job.name)).toEqual([sharedJob])
    for (const method of methods) {
      expect(await codeOfCall(method, name, tokens.get('stranger')), method).toBe('PERMISSION_DENIED')
    }
  })
})

/** One per set of scopes: a user's tokens are limited. */
async function apiToken(name: string, scopes: string[]): Promise<string> {
  const key = [name, ...scopes].join(' ')
  const known = tokens.get(key)
  if (known !== undefined) return known
  const request = { displayName: key, scopes, lifetimeDays: 1 }
  const { secret } = await backend.call(IdentityServiceService.createApiToken, request, tokens.get(name))
  tokens.set(key, secret)
  return secret
}

/** The compiled contracts, with the options of one method removed. */
function descriptorSet(withoutOptionsOf?: string): Uint8Array {
  const set = create(FileDescriptorSetSchema, {
    file: contracts.files.map((file) => clone(FileDescriptorProtoSchema, file)),
  })
  for (const file of set.file) {
    for (const service of file.service) {
      for (const method of service.method) {
        if (`/${file.package}.${service.name}/${method.name}` === withoutOptionsOf) delete method.options
      }
    }
  }
  return toBinary(FileDescriptorSetSchema, set)
}

test('an open watch ends when its reader has another role: what it shows went by the one before', async () => {
  const { dataSource } = backend.database
  const name = await insertTestJob(dataSource, 'lab', 'submitter@example.org')
  const server = createGrpcServer(backend.modules.services, {
    ...backend.modules.environment,
    recheckIntervalMs: 20,
  })
  const port = await server.start({ host: '127.0.0.1', port: 0 })
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  })
  const { path, requestSerialize, responseDeserialize } = JobServiceService.watchJob
  const watch = client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    { name, afterSequence: 0n },
    bearer(tokens.get('administrator')),
  )
  const ended = new Promise<ServiceError>((resolve) => watch.on('error', resolve))
  await new Promise((resolve) => watch.once('data', resolve))
  const setRole = (role: string) =>
    dataSource.query(
      `update memberships set role = $1
       where user_id = (select id from users where email = 'administrator@example.org')`,
      [role],
    )
  await setRole('MEMBER')
  expect(status[(await ended).code]).toBe('UNAVAILABLE')
  await setRole('ADMINISTRATOR')
  client.close()
  await server.stop()
})
