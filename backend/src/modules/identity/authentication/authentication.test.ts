import { IdentityServiceService } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../../../testing/backend.ts'
import { startTestIssuer } from '../../../testing/issuer.ts'
import { failureOf } from '../../../testing/service-error.ts'

const { getCaller, createApiToken, deleteApiToken, listApiTokens, listMembers } = IdentityServiceService
const seconds = () => Math.floor(Date.now() / 1000)

let backend: TestBackend

beforeAll(async () => {
  backend = await startTestBackend({
    organizations: [
      {
        slug: 'lab',
        displayName: 'Lab',
        kind: 'MEMBER',
        members: [{ email: 'alice@example.org', role: 'SUBMITTER' }],
      },
    ],
  })
})
afterAll(() => backend.stop())
beforeEach(() => {
  backend.issuer.failing = false
})

const caller = (token?: string) => backend.call(getCaller, {}, token)

test('an access token signed by RS256 or ES256 is accepted, and its user is known', async () => {
  const answer = await caller(await backend.issuer.tokenOf('alice'))
  expect(answer.user).toMatchObject({ displayName: 'Alice', email: 'alice@example.org' })
  expect(answer.memberships.map(({ organization, role }) => [organization?.name, role])).toEqual([
    ['organizations/lab', 'ROLE_SUBMITTER'],
  ])
  await backend.issuer.rotate('ES256')
  expect((await caller(await backend.issuer.tokenOf('alice'))).user?.name).toBe(answer.user?.name)
})

test('client_id stands in for azp, and several audiences may be named', async () => {
  await caller(await backend.issuer.sign({ azp: undefined, client_id: 'fairlead-cli' }))
  await caller(await backend.issuer.sign({ aud: ['other', 'fairlead'] }, { typ: 'JWT' }))
})

test.each([
  ['has expired', { exp: seconds() - 60 }, {}, 'TOKEN_EXPIRED'],
  ['is not valid yet', { nbf: seconds() + 60 }, {}, 'TOKEN_NOT_YET_VALID'],
  ['never expires', { exp: undefined }, {}, 'TOKEN_INVALID'],
  ['is for another audience', { aud: 'elsewhere' }, {}, 'TOKEN_AUDIENCE'],
  ['names no audience', { aud: undefined }, {}, 'TOKEN_AUDIENCE'],
  ['is of another issuer', { iss: 'https://issuer.example.org' }, {}, 'TOKEN_ISSUER'],
  ['was issued to another client', { azp: 'some-app' }, {}, 'TOKEN_CLIENT'],
  ['was issued to nobody', { azp: undefined }, {}, 'TOKEN_CLIENT'],
  [
    'has another azp beside an allowed client_id',
    { azp: 'some-app', client_id: 'fairlead-web' },
    {},
    'TOKEN_CLIENT',
  ],
  ['names no subject', { sub: undefined }, {}, 'TOKEN_INVALID'],
  ['has an empty subject', { sub: '' }, {}, 'TOKEN_INVALID'],
  ['is a token of another kind', {}, { typ: 'logout+jwt' }, 'TOKEN_INVALID'],
  ['names an absent key', {}, { kid: 'absent' }, 'TOKEN_KEY_UNKNOWN'],
])('a token that %s is refused', async (_what, claims, header, reason) => {
  const seen = await failureOf(caller(await backend.issuer.sign(claims, header)))
  expect(seen).toMatchObject({ code: 'UNAUTHENTICATED', domain: 'fairlead', reason })
})

test('clocks may differ by a few seconds', async () => {
  await caller(await backend.issuer.sign({ nbf: seconds() + 2 }))
  await caller(await backend.issuer.sign({ exp: seconds() - 2 }))
})

test('an unsigned token (alg: none) is refused', async () => {
  const { oidc } = backend.issuer
  const token = new UnsecuredJWT({ sub: 'dev-alice', azp: 'fairlead-web' })
    .setIssuer(oidc.issuer)
    .setAudience(oidc.audience)
    .setExpirationTime('5m')
    .encode()
  expect(await failureOf(caller(token))).toMatchObject({ code: 'UNAUTHENTICATED' })
  const [, payload] = token.split('.')
  const header = Buffer.from(JSON.stringify({ alg: 'none', kid: 'x' })).toString('base64url')
  const withSignature = `${header}.${payload}.AAAA`
  expect(await failureOf(caller(withSignature))).toMatchObject({
    code: 'UNAUTHENTICATED',
    reason: 'TOKEN_ALGORITHM',
  })
})

test('a token signed by HS256 with the public key as its secret is refused', async () => {
  const { oidc } = backend.issuer
  const token = await new SignJWT({ sub: 'dev-alice', azp: 'fairlead-web' })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setIssuer(oidc.issuer)
    .setAudience(oidc.audience)
    .setExpirationTime('5m')
    .sign(Buffer.from(backend.issuer.publicKeyPem()))
  expect(await failureOf(caller(token))).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_ALGORITHM' })
})

test('a token signed by another key under a listed key id is refused', async () => {
  const other = await startTestIssuer()
  const mine = await backend.issuer.sign()
  const { kid, alg } = JSON.parse(Buffer.from(mine.split('.')[0]!, 'base64url').toString())
  await other.rotate(alg)
  const token = await other.sign({ iss: backend.issuer.oidc.issuer }, { kid })
  await other.stop()
  expect(await failureOf(caller(token))).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_SIGNATURE' })
})

test('a token whose claims were edited is refused', async () => {
  const [header, payload, signature] = (await backend.issuer.tokenOf('alice')).split('.')
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString())
  const edited = Buffer.from(JSON.stringify({ ...claims, sub: 'dev-olivia' })).toString('base64url')
  expect(await failureOf(caller(`${header}.${edited}.${signature}`))).toMatchObject({
    reason: 'TOKEN_SIGNATURE',
  })
})

test.each([
  ['nothing', undefined, 'TOKEN_MISSING'],
  ['two words', 'a b', 'TOKEN_MALFORMED'],
  ['no token at all', 'hello', 'TOKEN_INVALID'],
  ['an API token that was never made', `flt_${'A'.repeat(43)}`, 'TOKEN_INVALID'],
  ['half an API token', 'flt_abc', 'TOKEN_INVALID'],
])('%s is refused with its reason', async (_what, token, reason) => {
  expect(await failureOf(caller(token))).toMatchObject({ code: 'UNAUTHENTICATED', reason })
})

test('a key that the issuer has begun to use is fetched once, and then kept', async () => {
  await caller(await backend.issuer.tokenOf('alice'))
  await backend.issuer.rotate()
  const before = backend.issuer.keyFetches
  await caller(await backend.issuer.sign({ sub: 'dev-bob', name: 'one' }))
  await caller(await backend.issuer.sign({ sub: 'dev-bob', name: 'two' }))
  expect(backend.issuer.keyFetches - before).toBe(1)
})

test('while the issuer cannot be asked, known keys work and unknown ones are UNAVAILABLE', async () => {
  await caller(await backend.issuer.tokenOf('alice'))
  backend.issuer.failing = true
  await caller(await backend.issuer.sign({ sub: 'dev-alice', jti: 'another token' }))
  const unknown = await backend.issuer.sign({}, { kid: 'not seen yet' })
  expect(await failureOf(caller(unknown))).toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'ISSUER_UNAVAILABLE',
  })
  backend.issuer.failing = false
  expect(await failureOf(caller(unknown))).toMatchObject({
    code: 'UNAUTHENTICATED',
    reason: 'TOKEN_KEY_UNKNOWN',
  })
})

test('concurrent first sign-ins of one person make one user', async () => {
  const tokens = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      backend.issuer.sign({
        sub: 'dev-new',
        jti: String(index),
        email: 'new@example.org',
        email_verified: true,
      }),
    ),
  )
  const answers = await Promise.all(tokens.map((token) => caller(token)))
  expect(new Set(answers.map(({ user }) => user?.name)).size).toBe(1)
})

test('name and address follow the identity provider', async () => {
  await caller(await backend.issuer.sign({ sub: 'dev-eve', name: 'Eve', email: 'eve@example.org' }))
  const later = await caller(
    await backend.issuer.sign({ sub: 'dev-eve', name: 'Eve Doe', email: 'EVE.DOE@example.org' }),
  )
  expect(later.user).toMatchObject({ displayName: 'Eve Doe', email: 'eve.doe@example.org' })
})

test('an API token works until it is revoked, and is revoked at once', async () => {
  const token = await backend.issuer.tokenOf('alice')
  const request = { displayName: 'script', scopes: ['members.read'], lifetimeDays: 0 }
  const { apiToken, secret } = await backend.call(createApiToken, request, token)
  expect(secret).toMatch(/^flt_[A-Za-z0-9_-]{43}$/)
  expect(secret.startsWith(apiToken!.prefix)).toBe(true)
  const members = { parent: 'organizations/lab', pageSize: 0, pageToken: '' }
  await backend.call(listMembers, members, secret)
  await backend.call(deleteApiToken, { name: apiToken!.name }, token)
  expect(await failureOf(backend.call(listMembers, members, secret))).toMatchObject({
    code: 'UNAUTHENTICATED',
    reason: 'TOKEN_INVALID',
  })
})

test('an API token does what its scopes say, and its owner sees no more through it', async () => {
  const token = await backend.issuer.tokenOf('alice')
  const request = { displayName: 'narrow', scopes: ['jobs.read'], lifetimeDays: 1 }
  const { secret } = await backend.call(createApiToken, request, token)
  const members = { parent: 'organizations/lab', pageSize: 0, pageToken: '' }
  expect(await failureOf(backend.call(listMembers, members, secret))).toMatchObject({
    code: 'PERMISSION_DENIED',
    reason: 'TOKEN_SCOPE_MISSING',
    metadata: { permission: 'members.read' },
  })
  expect((await caller(secret)).memberships[0]?.permissions).toEqual(['jobs.read'])
  expect(await failureOf(backend.call(createApiToken, request, secret))).toMatchObject({
    code: 'PERMISSION_DENIED',
  })
})

test('an expired API token is refused', async () => {
  const token = await backend.issuer.tokenOf('alice')
  const request = { displayName: 'short', scopes: ['jobs.read'], lifetimeDays: 1 }
  const { apiToken, secret } = await backend.call(createApiToken, request, token)
  await caller(secret)
  // By hand, as another backend would: the trigger tells this one.
  await backend.database.dataSource.query(
    `update api_tokens set expire_time = now() - interval '1 second' where id = $1`,
    [apiToken!.name.split('/').at(-1)],
  )
  await expect
    .poll(
      () =>
        caller(secret).then(
          () => 'accepted',
          () => 'refused',
        ),
      { timeout: 2_000, interval: 20 },
    )
    .toBe('refused')
  expect(await failureOf(caller(secret))).toMatchObject({ reason: 'TOKEN_EXPIRED' })
})

test("a token's last use is kept, to the minute", async () => {
  const token = await backend.issuer.tokenOf('alice')
  const { apiToken, secret } = await backend.call(
    createApiToken,
    { displayName: 'used', scopes: ['jobs.read'], lifetimeDays: 1 },
    token,
  )
  expect(apiToken?.lastUseTime).toBeUndefined()
  await caller(secret)
  const lastUse = async () => {
    const { apiTokens } = await backend.call(listApiTokens, {}, token)
    return apiTokens.find(({ name }) => name === apiToken?.name)?.lastUseTime
  }
  await expect.poll(lastUse, { timeout: 2_000 }).toBeInstanceOf(Date)
  expect((await lastUse())!.getTime() % 60_000).toBe(0)
})

test('a secret is stored nowhere', async () => {
  const token = await backend.issuer.tokenOf('alice')
  const request = { displayName: 'secret', scopes: ['jobs.read'], lifetimeDays: 1 }
  const { secret } = await backend.call(createApiToken, request, token)
  const [row] = await backend.database.dataSource.query(
    `select string_agg(t::text, ' ') as everything from api_tokens t`,
  )
  expect(row.everything).not.toContain(secret.slice(12))
  expect(row.everything).toContain(secret.slice(0, 10))
})

test('a role taken away by another process holds within moments', async () => {
  const token = await backend.issuer.sign({
    sub: 'dev-gone',
    email: 'gone@example.org',
    email_verified: true,
  })
  const { user } = await caller(token)
  const id = user!.name.slice('users/'.length)
  const { dataSource } = backend.database
  await dataSource.query(
    `insert into memberships (id, organization_id, user_id, role)
     select gen_random_uuid(), id, $1, 'MEMBER' from organizations where slug = 'lab'`,
    [id],
  )
  const members = { parent: 'organizations/lab', pageSize: 0, pageToken: '' }
  const outcome = () =>
    backend.call(listMembers, members, token).then(
      () => 'allowed',
      () => 'refused',
    )
  await expect.poll(outcome, { timeout: 2_000, interval: 20 }).toBe('allowed')
  await dataSource.query('delete from memberships where user_id = $1', [id])
  await expect.poll(outcome, { timeout: 2_000, interval: 20 }).toBe('refused')
})
