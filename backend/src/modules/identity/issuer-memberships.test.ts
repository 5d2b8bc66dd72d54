import { IdentityServiceService } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../../testing/backend.ts'
import { failureOf } from '../../testing/service-error.ts'
import { createIssuerMemberships } from './issuer-memberships.ts'
import { MemberStore } from './member-store.ts'
import { OrganizationStore } from './organization-store.ts'
import { UserStore } from './user-store.ts'

const service = IdentityServiceService
let backend: TestBackend
let bob: string
const lines: string[] = []

beforeAll(async () => {
  backend = await startTestBackend(
    {
      organizations: [
        { slug: 'operator', displayName: 'Data Centre', kind: 'OPERATOR', members: [] },
        {
          slug: 'lab',
          displayName: 'Lab',
          kind: 'MEMBER',
          members: [{ email: 'bob@example.org', displayName: 'Bob', role: 'ADMINISTRATOR' }],
        },
        { slug: 'institute', displayName: 'Institute', kind: 'MEMBER', members: [] },
      ],
    },
    {
      groupsClaim: 'groups',
      log: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    },
  )
  bob = await tokenOf('bob', undefined)
  await backend.call(service.getCaller, {}, bob)
})
afterAll(() => backend.stop())

let seconds = 0
/** A token that was issued a second after the one before. */
function tokenOf(name: string, groups: unknown, claims: Record<string, unknown> = {}) {
  const iat = Math.floor(Date.now() / 1000) - 500 + seconds++
  const person = { sub: `dev-${name}`, email: `${name}@example.org`, email_verified: true, name }
  return backend.issuer.sign({ ...person, iat, groups, ...claims })
}

async function rolesBy(token: string): Promise<Record<string, string>> {
  const { memberships } = await backend.call(service.getCaller, {}, token)
  return Object.fromEntries(
    memberships.map(({ organization, role }) => [
      organization?.name.replace('organizations/', '') ?? '',
      role.replace('ROLE_', ''),
    ]),
  )
}

const rolesOf = async (name: string, groups: unknown, claims?: Record<string, unknown>) =>
  rolesBy(await tokenOf(name, groups, claims))

const eventsOf = async (name: string) => {
  const rows: { routing_key: string; payload: Record<string, unknown> }[] =
    await backend.database.dataSource.query(
      `select routing_key, payload from outbox
       where payload ->> 'user' = (select id::text from users where subject = $1) order by id`,
      [`dev-${name}`],
    )
  return rows.map(({ routing_key: key, payload }) => [
    key.split('.').slice(0, 2).join('.'),
    payload['role'],
    Object.entries(payload).find(([field]) => field.endsWith('_by'))?.[1],
  ])
}

test('memberships follow the groups from token to token, and who is concerned is told', async () => {
  expect(await rolesOf('alice', ['/lab/submitter', '/institute/member'])).toEqual({
    lab: 'SUBMITTER',
    institute: 'MEMBER',
  })
  expect(await rolesOf('alice', ['/lab/treasurer', '/institute/member'])).toEqual({
    lab: 'TREASURER',
    institute: 'MEMBER',
  })
  expect(await rolesOf('alice', ['/institute/member'])).toEqual({ institute: 'MEMBER' })
  expect((await eventsOf('alice')).toSorted()).toEqual([
    ['identity.member_added', 'MEMBER', null],
    ['identity.member_added', 'SUBMITTER', null],
    ['identity.member_removed', undefined, null],
    ['identity.role_changed', 'TREASURER', null],
  ])
})

test.each([
  ['an empty claim', []],
  ['no claim', undefined],
])('%s ends what groups gave', async (what, groups) => {
  const name = `ines-${what.split(' ').length}-${groups === undefined}`
  expect(await rolesOf(name, ['/lab/member'])).toEqual({ lab: 'MEMBER' })
  expect(await rolesOf(name, groups)).toEqual({})
})

test('a single group may be given as a text', async () => {
  expect(await rolesOf('single', '/lab/member')).toEqual({ lab: 'MEMBER' })
})

test('a token whose groups are to be fetched elsewhere changes nothing', async () => {
  expect(await rolesOf('many', ['/lab/member'])).toEqual({ lab: 'MEMBER' })
  expect(await rolesOf('many', undefined, { _claim_names: { groups: 'src1' } })).toEqual({ lab: 'MEMBER' })
})

test('an older token does not bring back what a newer one took', async () => {
  const older = await tokenOf('old', ['/lab/administrator'])
  expect(await rolesOf('old', [])).toEqual({})
  expect(await rolesBy(older)).toEqual({})
})

test('who lost a role loses it in calls that follow at once', async () => {
  const before = await tokenOf('quick', ['/lab/administrator'])
  const list = { parent: 'organizations/lab', pageSize: 0, pageToken: '' }
  expect((await backend.call(service.listMembers, list, before)).members.length).toBeGreaterThan(0)
  expect(await rolesOf('quick', [])).toEqual({})
  expect(await failureOf(backend.call(service.listMembers, list, before))).toMatchObject({
    code: 'PERMISSION_DENIED',
  })
})

test('what was given here stays, whatever the groups say', async () => {
  const parent = 'organizations/lab'
  const invited = { parent, email: 'frank@example.org', role: 'ROLE_TREASURER' as const }
  await backend.call(service.createMember, invited, bob)
  expect(await rolesOf('frank', ['/lab/administrator'])).toEqual({ lab: 'TREASURER' })
  expect(await rolesOf('frank', [])).toEqual({ lab: 'TREASURER' })
  expect(await rolesBy(await tokenOf('bob', []))).toEqual({ lab: 'ADMINISTRATOR' })
})

test('what follows a group cannot be changed here, and says where it can', async () => {
  await rolesOf('gina', ['/lab/member'])
  const { members } = await backend.call(
    service.listMembers,
    { parent: 'organizations/lab', pageSize: 0, pageToken: '' },
    bob,
  )
  const name = members.find(({ user }) => user?.email === 'gina@example.org')?.name ?? ''
  for (const call of [
    () => backend.call(service.updateMember, { name, role: 'ROLE_SUBMITTER' }, bob),
    () => backend.call(service.deleteMember, { name }, bob),
  ]) {
    expect(await failureOf(call())).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'MEMBER_FROM_ISSUER',
    })
  }
})

test('unknown groups are ignored and told once', async () => {
  const groups = ['/lab/member', '/staff', '/lab/astronaut', '/unheard-of/member']
  expect(await rolesOf('hugo', groups)).toEqual({ lab: 'MEMBER' })
  expect(await rolesOf('ivan', groups)).toEqual({ lab: 'MEMBER' })
  const told = lines.map((line) => JSON.parse(line)).flatMap(({ group }) => group ?? [])
  expect(told.toSorted()).toEqual(['/lab/astronaut', '/staff', '/unheard-of/member'])
})

test('tokens that arrive at the same time leave what the newest says', async () => {
  const tokens = await Promise.all(
    [
      ['/lab/member'],
      ['/institute/member'],
      ['/lab/submitter', '/institute/submitter'],
      ['/lab/treasurer'],
    ].map((groups) => tokenOf('race', groups)),
  )
  await Promise.all(tokens.map(rolesBy))
  expect(await rolesBy(tokens[0] ?? '')).toEqual({ lab: 'TREASURER' })
})

test('an older token that comes while a newer one finds nothing to change brings nothing back', async () => {
  expect(await rolesOf('slow', [])).toEqual({})
  const { dataSource } = backend.database
  const [user]: { id: string }[] = await dataSource.query(`select id from users where subject = 'dev-slow'`)
  const followWith = (members: MemberStore) =>
    createIssuerMemberships(
      dataSource,
      { organizations: new OrganizationStore(dataSource), members, users: new UserStore(dataSource) },
      () => undefined,
      pino({ level: 'silent' }),
    )
  const inSeconds = (later: number) => new Date(Date.now() + later * 1000)
  const older = followWith(new MemberStore(dataSource))
  /** The older one comes right after this has read what there is. */
  class Interrupted extends MemberStore {
    override async held(...asked: Parameters<MemberStore['held']>) {
      const held = await super.held(...asked)
      await older.follow(user?.id ?? '', ['/lab/administrator'], inSeconds(10))
      return held
    }
  }
  await followWith(new Interrupted(dataSource)).follow(user?.id ?? '', [], inSeconds(20))
  expect(await new MemberStore(dataSource).held(dataSource.manager, user?.id ?? '')).toEqual([])
})
