import { randomUUID } from 'node:crypto'
import { IdentityServiceService, type Role } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../../testing/backend.ts'
import { failureOf } from '../../testing/service-error.ts'

const service = IdentityServiceService
let backend: TestBackend
let olivia: string
let bob: string

beforeAll(async () => {
  backend = await startTestBackend({
    organizations: [
      {
        slug: 'operator',
        displayName: 'Data Centre',
        kind: 'OPERATOR',
        members: [{ email: 'olivia@example.org', role: 'ADMINISTRATOR' }],
      },
      {
        slug: 'lab',
        displayName: 'Lab',
        kind: 'MEMBER',
        members: [{ email: 'bob@example.org', displayName: 'Bob', role: 'ADMINISTRATOR' }],
      },
    ],
  })
  olivia = await backend.issuer.tokenOf('olivia')
  bob = await backend.issuer.tokenOf('bob')
  await backend.call(service.getCaller, {}, bob)
})
afterAll(() => backend.stop())

const invite = (email: string, role: Role, parent = 'organizations/lab', token = bob) =>
  backend.call(service.createMember, { parent, email, role }, token)

const membersOf = async (parent: string, token: string, pageSize = 0) => {
  const members = []
  let pageToken = ''
  do {
    const page = await backend.call(service.listMembers, { parent, pageSize, pageToken }, token)
    members.push(...page.members)
    pageToken = page.nextPageToken
  } while (pageToken !== '')
  return members
}

test('an invited person joins at the first sign-in with the verified address', async () => {
  const invited = await invite(' Ines@Example.org '.trim(), 'ROLE_SUBMITTER')
  expect(invited).toMatchObject({ state: 'MEMBER_STATE_INVITED', user: { email: 'ines@example.org' } })
  const unverified = await backend.issuer.sign({
    sub: 'thief',
    email: 'ines@example.org',
    email_verified: false,
  })
  expect((await backend.call(service.getCaller, {}, unverified)).memberships).toEqual([])
  const { memberships } = await backend.call(service.getCaller, {}, await backend.issuer.tokenOf('ines'))
  expect(memberships).toMatchObject([{ organization: { name: 'organizations/lab' }, role: 'ROLE_SUBMITTER' }])
  const member = (await membersOf('organizations/lab', bob)).find(({ name }) => name === invited.name)
  expect(member).toMatchObject({ state: 'MEMBER_STATE_ACTIVE', user: { displayName: 'Ines' } })
})

test('someone who has signed in before is a member at once, and only with a verified address', async () => {
  await backend.call(service.getCaller, {}, await backend.issuer.tokenOf('frank'))
  expect(await invite('frank@example.org', 'ROLE_MEMBER')).toMatchObject({ state: 'MEMBER_STATE_ACTIVE' })
  const claims = { sub: 'dev-gina', email: 'gina@example.org', name: 'Gina' }
  await backend.call(service.getCaller, {}, await backend.issuer.sign({ ...claims, email_verified: false }))
  expect(await invite('gina@example.org', 'ROLE_MEMBER')).toMatchObject({ state: 'MEMBER_STATE_INVITED' })
  const verified = await backend.issuer.sign({ ...claims, email_verified: true })
  expect((await backend.call(service.getCaller, {}, verified)).memberships).toHaveLength(1)
})

test('who signs in through a new issuer stays the same person, by the verified address alone', async () => {
  const token = await backend.issuer.tokenOf('mona')
  const { user } = await backend.call(service.getCaller, {}, token)
  const moveAway = `update users set issuer = 'https://former.example.org' where email = 'mona@example.org'`
  await backend.database.dataSource.query(moveAway)
  const claims = { sub: 'mona-of-the-new-issuer', email: 'mona@example.org', name: 'Mona' }
  const unverified = await backend.issuer.sign({ ...claims, sub: 'thief-of-mona', email_verified: false })
  expect((await backend.call(service.getCaller, {}, unverified)).user?.name).not.toBe(user?.name)
  const verified = await backend.issuer.sign({ ...claims, email_verified: true })
  expect((await backend.call(service.getCaller, {}, verified)).user?.name).toBe(user?.name)
})

test('nobody is a member twice', async () => {
  await invite('hugo@example.org', 'ROLE_MEMBER')
  expect(await failureOf(invite('HUGO@example.org', 'ROLE_SUBMITTER'))).toMatchObject({
    code: 'ALREADY_EXISTS',
    reason: 'MEMBER_EXISTS',
  })
})

test.each([
  ['organizations/lab', () => bob, 'ROLE_ANALYST'],
  ['organizations/lab', () => bob, 'ROLE_DIRECTOR'],
  ['organizations/operator', () => olivia, 'ROLE_SUBMITTER'],
  ['organizations/operator', () => olivia, 'ROLE_TREASURER'],
] as const)('in %s %s has no place', async (parent, token, role) => {
  expect(await failureOf(invite('someone@example.org', role, parent, token()))).toMatchObject({
    code: 'INVALID_ARGUMENT',
    reason: 'ROLE_NOT_IN_KIND',
    fields: ['role'],
  })
})

test('the last administrator neither leaves nor loses the role, and an invited one does not replace them', async () => {
  const created = await organization()
  const mine = (await membersOf(created.parent, created.token))[0]!
  await invite('later@example.org', 'ROLE_ADMINISTRATOR', created.parent, created.token)
  const demote = { name: mine.name, role: 'ROLE_MEMBER' as const }
  for (const call of [
    () => backend.call(service.updateMember, demote, created.token),
    () => backend.call(service.deleteMember, { name: mine.name }, created.token),
  ]) {
    expect(await failureOf(call())).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'LAST_ADMINISTRATOR',
    })
  }
})

test('two administrators who remove each other at the same moment leave one', async () => {
  for (let round = 0; round < 5; round++) {
    const created = await organization()
    const second = `second-${randomUUID()}`
    const token = await backend.issuer.tokenOf(second)
    await backend.call(service.getCaller, {}, token)
    await invite(`${second}@example.org`, 'ROLE_ADMINISTRATOR', created.parent, created.token)
    const [first, other] = await membersOf(created.parent, created.token)
    const outcomes = await Promise.allSettled([
      backend.call(service.deleteMember, { name: other!.name }, created.token),
      backend.call(service.deleteMember, { name: first!.name }, token),
    ])
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1)
    const [left] = await backend.database.dataSource.query(
      `select count(*)::int as count from memberships m join organizations o on o.id = m.organization_id
       where o.slug = $1 and m.role = 'ADMINISTRATOR'`,
      [created.slug],
    )
    expect(left.count).toBe(1)
  }
})

test('a changed role holds for the very next call', async () => {
  const token = await backend.issuer.tokenOf('kim')
  await backend.call(service.getCaller, {}, token)
  const kim = await invite('kim@example.org', 'ROLE_MEMBER')
  const attempt = () => invite(`${randomUUID()}@example.org`, 'ROLE_MEMBER', 'organizations/lab', token)
  expect(await failureOf(attempt())).toMatchObject({
    code: 'PERMISSION_DENIED',
    reason: 'PERMISSION_MISSING',
  })
  await backend.call(service.updateMember, { name: kim.name, role: 'ROLE_ADMINISTRATOR' }, bob)
  await attempt()
  await backend.call(service.deleteMember, { name: kim.name }, bob)
  expect(await failureOf(attempt())).toMatchObject({ code: 'PERMISSION_DENIED', reason: 'NOT_A_MEMBER' })
})

test('creating an organisation twice with one request_id makes one, and gives the first answer', async () => {
  const request = {
    organizationId: 'twice',
    displayName: 'Twice',
    administratorEmail: 'bob@example.org',
    requestId: randomUUID(),
  }
  const [first, second] = await Promise.all([
    backend.call(service.createOrganization, request, olivia),
    backend.call(service.createOrganization, request, olivia),
  ])
  expect(first).toEqual(second)
  expect(first).toMatchObject({ name: 'organizations/twice', kind: 'ORGANIZATION_KIND_MEMBER' })
  const other = backend.call(service.createOrganization, { ...request, displayName: 'Other' }, olivia)
  expect(await failureOf(other)).toMatchObject({ code: 'ALREADY_EXISTS', reason: 'REQUEST_ID_REUSED' })
  const taken = backend.call(service.createOrganization, { ...request, requestId: '' }, olivia)
  expect(await failureOf(taken)).toMatchObject({ code: 'ALREADY_EXISTS', reason: 'ORGANIZATION_EXISTS' })
})

test('members are listed page by page, each once, in the order in which they joined', async () => {
  const created = await organization()
  for (let index = 0; index < 6; index++) {
    await invite(`p${index}-${created.slug}@example.org`, 'ROLE_MEMBER', created.parent, created.token)
  }
  const pages = await membersOf(created.parent, created.token, 2)
  expect(pages).toEqual(await membersOf(created.parent, created.token))
  expect(pages.map(({ user }) => user?.email.slice(0, 2)).slice(1)).toEqual([
    'p0',
    'p1',
    'p2',
    'p3',
    'p4',
    'p5',
  ])
})

test('a page token of another organisation or method is refused', async () => {
  const created = await organization()
  await invite(`x-${created.slug}@example.org`, 'ROLE_MEMBER', created.parent, created.token)
  const request = { parent: created.parent, pageSize: 1, pageToken: '' }
  const { nextPageToken: pageToken } = await backend.call(service.listMembers, request, created.token)
  expect(pageToken).not.toBe('')
  const elsewhere = () =>
    backend.call(service.listMembers, { ...request, parent: 'organizations/lab', pageToken }, bob)
  const otherMethod = () => backend.call(service.listOrganizations, { pageSize: 1, pageToken }, olivia)
  for (const call of [elsewhere, otherMethod]) {
    expect(await failureOf(call())).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'PAGE_TOKEN_INVALID',
      fields: ['page_token'],
    })
  }
})

test('the operator lists every organisation by pages', async () => {
  const names: string[] = []
  let pageToken = ''
  do {
    const page = await backend.call(service.listOrganizations, { pageSize: 2, pageToken }, olivia)
    names.push(...page.organizations.map(({ name }) => name))
    pageToken = page.nextPageToken
  } while (pageToken !== '')
  expect(names).toEqual([...new Set(names)].sort())
  expect(names).toContain('organizations/lab')
})

test("another organisation's member is NOT_FOUND under the own one", async () => {
  const created = await organization()
  const [member] = await membersOf(created.parent, created.token)
  const id = member!.name.split('/').at(-1)
  const call = backend.call(service.deleteMember, { name: `organizations/lab/members/${id}` }, bob)
  expect(await failureOf(call)).toMatchObject({ code: 'NOT_FOUND', reason: 'MEMBER_NOT_FOUND' })
})

test.each([[['tokens.manage']], [['jobs.read', 'organizations.create']], [['nothing.such']]])(
  'an API token with scopes %j cannot be made by an administrator of a member organisation',
  async (scopes) => {
    const call = backend.call(service.createApiToken, { displayName: 'x', scopes, lifetimeDays: 1 }, bob)
    expect(await failureOf(call)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'SCOPE_NOT_GRANTABLE',
      fields: [`scopes[${scopes.length - 1}]`],
    })
  },
)

test("a token carries no more than its owner has at the time of the call, and nobody revokes another's", async () => {
  const token = await backend.issuer.tokenOf('lena')
  await backend.call(service.getCaller, {}, token)
  const lena = await invite('lena@example.org', 'ROLE_ADMINISTRATOR')
  const request = { displayName: 'wide', scopes: ['members.manage'], lifetimeDays: 1 }
  const { secret, apiToken } = await backend.call(service.createApiToken, request, token)
  await invite(`${randomUUID()}@example.org`, 'ROLE_MEMBER', 'organizations/lab', secret)
  await backend.call(service.updateMember, { name: lena.name, role: 'ROLE_MEMBER' }, bob)
  const attempt = invite(`${randomUUID()}@example.org`, 'ROLE_MEMBER', 'organizations/lab', secret)
  expect(await failureOf(attempt)).toMatchObject({ code: 'PERMISSION_DENIED' })
  const revoke = backend.call(service.deleteApiToken, { name: apiToken!.name }, bob)
  expect(await failureOf(revoke)).toMatchObject({ code: 'NOT_FOUND', reason: 'TOKEN_NOT_FOUND' })
})

test('who is added, invited, given another role or removed is told of, with who did it', async () => {
  const created = await organization()
  await backend.call(service.getCaller, {}, await backend.issuer.tokenOf('nora'))
  const nora = await invite('nora@example.org', 'ROLE_MEMBER', created.parent, created.token)
  const guest = await invite('guest@example.org', 'ROLE_TREASURER', created.parent, created.token)
  for (let time = 0; time < 2; time++) {
    await backend.call(service.updateMember, { name: nora.name, role: 'ROLE_SUBMITTER' }, created.token)
  }
  await backend.call(service.deleteMember, { name: nora.name }, created.token)
  const refused = invite('nora@example.org', 'ROLE_ANALYST', created.parent, created.token)
  expect(await failureOf(refused)).toMatchObject({ reason: 'ROLE_NOT_IN_KIND' })

  const [organizationRow] = await backend.database.dataSource.query(
    'select id from organizations where slug = $1',
    [created.slug],
  )
  const idOf = async (token: string) =>
    (await backend.call(service.getCaller, {}, token)).user!.name.replace('users/', '')
  const [administrator, operator] = [await idOf(created.token), await idOf(olivia)]
  const user = nora.user!.name.replace('users/', '')
  const place = { organization: organizationRow.id }
  const events = await backend.database.dataSource.query(
    `select routing_key, payload from outbox where routing_key like 'identity.%.' || $1 order by id`,
    [organizationRow.id],
  )
  expect(events).toEqual([
    {
      routing_key: `identity.member_added.${organizationRow.id}`,
      payload: { ...place, user: administrator, role: 'ADMINISTRATOR', added_by: operator },
    },
    {
      routing_key: `identity.member_added.${organizationRow.id}`,
      payload: { ...place, user, role: 'MEMBER', added_by: administrator },
    },
    {
      routing_key: `identity.member_invited.${organizationRow.id}`,
      payload: {
        ...place,
        user: guest.user!.name.replace('users/', ''),
        email: 'guest@example.org',
        role: 'TREASURER',
        invited_by: administrator,
      },
    },
    {
      routing_key: `identity.role_changed.${organizationRow.id}`,
      payload: { ...place, user, role: 'SUBMITTER', changed_by: administrator },
    },
    {
      routing_key: `identity.member_removed.${organizationRow.id}`,
      payload: { ...place, user, removed_by: administrator },
    },
  ])
})

/** A fresh organisation whose administrator has signed in. */
async function organization() {
  const slug = `o-${randomUUID()}`
  const administrator = `admin-${slug}`
  const token = await backend.issuer.tokenOf(administrator)
  await backend.call(service.getCaller, {}, token)
  const created = await backend.call(
    service.createOrganization,
    {
      organizationId: slug,
      displayName: slug,
      administratorEmail: `${administrator}@example.org`,
      requestId: '',
    },
    olivia,
  )
  return { slug, parent: created.name, token }
}
