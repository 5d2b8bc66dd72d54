import { createHash, randomBytes } from 'node:crypto'
import type { System } from '../support/system.ts'
import { expect, needsKeycloak, test } from './keycloak-test.ts'
import type { Realm } from './realm.ts'

needsKeycloak()

interface Answer {
  readonly status: number
  readonly text: string
}

async function call(system: System, path: string, token: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${system.url}/api/v1/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  })
  return { status: response.status, text: await response.text() }
}

async function tokenOf(realm: Realm, username: string, clientId = 'fairlead-cli'): Promise<string> {
  const { access_token: token, error } = await realm.token(clientId, username)
  if (token === undefined) throw new Error(`Keycloak gives ${username} no token: ${error}`)
  return token
}

/** Roles by organisation, as the token's user has them. */
async function rolesBy(system: System, token: string): Promise<Record<string, string>> {
  const { status, text } = await call(system, 'users/me', token)
  expect(status, text).toBe(200)
  const { memberships } = JSON.parse(text) as {
    memberships: { organization: { name: string }; role: string }[]
  }
  return Object.fromEntries(
    memberships.map(({ organization, role }) => [
      organization.name.replace('organizations/', ''),
      role.replace('ROLE_', '').toLowerCase(),
    ]),
  )
}

const publicClient = (clientId: string, audience: boolean) => ({
  clientId,
  publicClient: true,
  directAccessGrantsEnabled: true,
  standardFlowEnabled: false,
  protocolMappers: audience
    ? [
        {
          name: 'audience',
          protocol: 'openid-connect',
          protocolMapper: 'oidc-audience-mapper',
          config: { 'included.custom.audience': 'fairlead', 'access.token.claim': 'true' },
        },
      ]
    : [],
})

test('the command npm run token asks Keycloak', async ({ system }) => {
  expect(await rolesBy(system, await system.token('alice'))).toEqual({
    'survey-institute': 'submitter',
    'microwave-lab': 'member',
  })
})

test('the pages get no token for a password', async ({ realm }) => {
  expect(await realm.token('fairlead-web', 'alice')).toMatchObject({ error: 'unauthorized_client' })
})

test('the pages get no code without PKCE', async ({ realm, system, page }) => {
  const request = new URLSearchParams({
    client_id: 'fairlead-web',
    redirect_uri: `${system.url}/signed-in`,
    response_type: 'code',
    scope: 'openid',
  })
  const response = await page.request.get(`${realm.issuer}/protocol/openid-connect/auth?${request}`, {
    maxRedirects: 0,
  })
  expect(response.status()).toBe(302)
  expect(response.headers()['location']).toMatch(/\/signed-in\?error=invalid_request.*code_challenge/)
})

test('a program on a device gets a token when its user confirms in a browser', async ({
  realm,
  system,
  page,
}) => {
  const at = `${realm.issuer}/protocol/openid-connect`
  const verifier = randomBytes(32).toString('base64url')
  const ask = async (path: string, form: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'fairlead-cli', ...form })
    return (await (await fetch(`${at}/${path}`, { method: 'POST', body })).json()) as Record<string, string>
  }
  const device = await ask('auth/device', {
    scope: 'openid',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: device['device_code'] ?? '',
    code_verifier: verifier,
  }
  expect(await ask('token', form)).toMatchObject({ error: 'authorization_pending' })

  await page.goto(device['verification_uri_complete'] ?? '')
  await page.getByRole('textbox', { name: 'Username' }).fill('erin')
  await page.getByRole('textbox', { name: 'Password' }).fill('erin')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Yes' }).click()
  await expect(page.getByText('Device Login Successful')).toBeVisible()
  // It asks to be polled at most every five seconds.
  let answer: Record<string, string> = {}
  await expect
    .poll(
      async () => {
        answer = await ask('token', form)
        return answer['error']
      },
      { intervals: [5_000], timeout: 30_000 },
    )
    .toBeUndefined()
  expect(await rolesBy(system, answer['access_token'] ?? '')).toEqual({ 'microwave-lab': 'administrator' })
})

test('tokens for another system, or of a client that is not ours, are refused', async ({ realm, system }) => {
  await realm.createClient(publicClient('elsewhere', false))
  await realm.createClient(publicClient('stranger', true))
  for (const [client, reason] of [
    ['elsewhere', 'TOKEN_AUDIENCE'],
    ['stranger', 'TOKEN_CLIENT'],
  ] as const) {
    const answer = await call(system, 'users/me', await tokenOf(realm, 'alice', client))
    expect(answer).toMatchObject({ status: 401, text: expect.stringContaining(reason) })
  }
})

test('a role that is changed in Fairlead counts at once, for tokens that are out', async ({
  realm,
  system,
}) => {
  const [alice, bob] = [await tokenOf(realm, 'alice'), await tokenOf(realm, 'bob')]
  expect(await rolesBy(system, alice)).toMatchObject({ 'survey-institute': 'submitter' })
  const { text } = await call(system, 'organizations/survey-institute/members', bob)
  const { members } = JSON.parse(text) as { members: { name: string; user: { email: string } }[] }
  const member = members.find(({ user }) => user.email === 'alice@example.org')?.name ?? ''
  const become = (role: string) =>
    call(system, member, bob, { method: 'PATCH', body: JSON.stringify({ role: `ROLE_${role}` }) })
  for (const role of ['TREASURER', 'SUBMITTER']) {
    expect(await become(role)).toMatchObject({ status: 200 })
    expect(await rolesBy(system, alice)).toMatchObject({ 'survey-institute': role.toLowerCase() })
  }
})

test('a role from a group follows it from token to token, and is not changed in Fairlead', async ({
  realm,
  system,
}) => {
  await realm.createUser({ username: 'hilda', groups: ['/survey-institute/member'] })
  const first = await tokenOf(realm, 'hilda')
  expect(await rolesBy(system, first)).toEqual({ 'survey-institute': 'member' })

  await realm.join('hilda', '/survey-institute/submitter')
  await realm.join('hilda', '/operator/analyst')
  expect(await rolesBy(system, first)).toEqual({ 'survey-institute': 'member' })
  const second = await tokenOf(realm, 'hilda')
  const both = { 'survey-institute': 'submitter', operator: 'analyst' }
  expect(await rolesBy(system, second)).toEqual(both)

  const bob = await tokenOf(realm, 'bob')
  const { text } = await call(system, 'organizations/survey-institute/members', bob)
  const { members } = JSON.parse(text) as { members: { name: string; user: { email: string } }[] }
  const member = members.find(({ user }) => user.email === 'hilda@example.org')?.name ?? ''
  expect(await call(system, member, bob, { method: 'DELETE' })).toMatchObject({
    text: expect.stringContaining('MEMBER_FROM_ISSUER'),
  })

  for (const group of ['/survey-institute/member', '/survey-institute/submitter', '/operator/analyst']) {
    await realm.leave('hilda', group)
  }
  // Keycloak says nothing of groups where there are none.
  expect(await rolesBy(system, await tokenOf(realm, 'hilda'))).toEqual({})
})

test('a new key of Keycloak is followed, and tokens of the old one stay good', async ({ realm, system }) => {
  const before = await tokenOf(realm, 'alice')
  expect((await call(system, 'users/me', before)).status).toBe(200)
  await realm.rotateKey()
  const after = await tokenOf(realm, 'alice')
  const keyOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
  expect(keyOf(after)).not.toBe(keyOf(before))
  // Keys are asked for at most every ten seconds, whatever tokens come.
  await expect.poll(async () => (await call(system, 'users/me', after)).status, { timeout: 20_000 }).toBe(200)
  expect((await call(system, 'users/me', before)).status).toBe(200)
})
