import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoAccounts } from './accounts.ts'
import { createProvider } from './provider.ts'
import { createIdentityServer } from './server.ts'
import { signingKey } from './signing-key.ts'
import { Store } from './store.ts'
import { developmentToken } from './token-client.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-identity-'))
const developmentGrant = 'a secret that only this test and its provider know'
const accounts = demoAccounts()
let stop: () => void
let issuer: string
let port: number

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function serve(): Promise<() => void> {
  issuer = `http://localhost:${port}/auth`
  const settings = { port, issuer, folder, developmentGrant, tokenSeconds: 60 }
  const store = new Store(join(folder, 'sessions.json'))
  const provider = createProvider(settings, { accounts, key: await signingKey(folder), store })
  const server = createIdentityServer(provider, accounts).listen(port, '127.0.0.1')
  // No kept connections: one that the restart below closes must not be used again.
  server.maxRequestsPerSocket = 1
  await new Promise((resolve) => server.once('listening', resolve))
  return () => {
    store.save()
    server.close()
    server.closeAllConnections()
  }
}

beforeAll(async () => {
  port = await freePort()
  stop = await serve()
})

afterAll(() => {
  stop()
  rmSync(folder, { recursive: true, force: true })
})

function discoveryWith(headers: Record<string, string>): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const path = '/auth/.well-known/openid-configuration'
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false })
    sent.once('error', reject)
    sent.once('response', async (response) => {
      resolve({ status: response.statusCode ?? 0, text: await text(response) })
    })
    sent.end()
  })
}

describe('a name that is not its own', () => {
  test('is refused', async () => {
    expect((await discoveryWith({ host: `localhost:${port}` })).status).toBe(200)
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.nip.io'])
      expect((await discoveryWith({ host })).status, host).toBe(421)
  })

  test('is not taken from a forwarded header', async () => {
    const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }
    const { status, text: document } = await discoveryWith({ host: `localhost:${port}`, ...forwarded })
    expect(status).toBe(200)
    expect(document).toContain(`http://localhost:${port}/auth/`)
    expect(document).not.toMatch(/evil|https:/)
  })
})

/** As much of a browser as signing in takes: cookies by path, and redirects one at a time. */
class Browser {
  readonly #cookies = new Map<string, { value: string; path: string }>()

  async fetch(address: string, init: RequestInit = {}): Promise<Response> {
    const { pathname } = new URL(address)
    const sent = [...this.#cookies].filter(([, { path }]) => pathname.startsWith(path))
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ')
    const response = await fetch(address, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const path = /path=([^;]+)/i.exec(line)?.[1] ?? '/'
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, { value, path })
    }
    return response
  }

  /** Follows redirects until one leaves /auth/; gives the last response and where it led. */
  async follow(
    address: string,
    init: RequestInit = {},
  ): Promise<{ response: Response; location: URL | undefined }> {
    let response = await this.fetch(address, init)
    for (;;) {
      const header = response.headers.get('location')
      if (header === null) return { response, location: undefined }
      const location = new URL(header, address)
      if (!location.pathname.startsWith('/auth/')) return { response, location }
      response = await this.fetch(location.href)
      if (response.headers.get('location') === null) return { response, location }
    }
  }
}

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

function authorization(extra: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: 'fairlead-web',
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: `http://localhost:${port}/signed-in`,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'state-1',
    ...extra,
  })
  return `${issuer}/auth?${query}`
}

interface Tokens {
  access_token: string
  refresh_token: string
  id_token: string
}

async function tokens(parameters: Record<string, string>): Promise<Response> {
  return fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'fairlead-web', ...parameters }),
  })
}

async function signIn(browser: Browser, form: Record<string, string>): Promise<Tokens> {
  const { location: page } = await browser.follow(authorization())
  const { location } = await browser.follow(page!.href, { method: 'POST', body: new URLSearchParams(form) })
  expect(location?.searchParams.get('state')).toBe('state-1')
  const answer = await tokens({
    grant_type: 'authorization_code',
    code: location?.searchParams.get('code') ?? '',
    redirect_uri: `http://localhost:${port}/signed-in`,
    code_verifier: verifier,
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Tokens
}

const keys = () => createRemoteJWKSet(new URL(`${issuer}/jwks`))

describe('the sign-in page', () => {
  test('names every demo account and is marked as development', async () => {
    const { response } = await new Browser().follow(authorization())
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain('Development sign-in')
    for (const { displayName } of accounts) expect(page).toContain(displayName)
    expect(page).not.toMatch(/<script|style=/)
  })

  test('gives a JWT with audience, client and profile after one click', async () => {
    const { access_token } = await signIn(new Browser(), { account: 'alice' })
    const { payload, protectedHeader } = await jwtVerify(access_token, keys(), {
      issuer,
      audience: 'fairlead',
    })
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    expect(payload).toMatchObject({
      sub: 'dev-alice',
      client_id: 'fairlead-web',
      email: 'alice@example.org',
      email_verified: true,
      name: 'Alice Nakamura',
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
  })

  test('takes a username and its password', async () => {
    const { id_token } = await signIn(new Browser(), { username: 'Erin', password: 'erin' })
    expect(decodeJwt(id_token)).toMatchObject({ sub: 'dev-erin', aud: 'fairlead-web' })
  })

  test.each([
    { username: 'alice', password: 'wrong' },
    { username: 'mallory', password: 'mallory' },
    { account: 'mallory' },
    { username: 'x'.repeat(5000), password: 'y' },
  ])('refuses wrong credentials and says so', async (form: Record<string, string>) => {
    const browser = new Browser()
    const { location } = await browser.follow(authorization())
    const response = await browser.fetch(location!.href, { method: 'POST', body: new URLSearchParams(form) })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('role="alert"')
  })

  test('escapes what was typed', async () => {
    const browser = new Browser()
    const { location } = await browser.follow(authorization())
    const body = new URLSearchParams({ username: '"><script>alert(1)</script>', password: 'x' })
    const page = await (await browser.fetch(location!.href, { method: 'POST', body })).text()
    expect(page).not.toContain('<script>alert')
  })

  test('belongs to the browser that asked for it', async () => {
    const { location } = await new Browser().follow(authorization())
    expect((await new Browser().fetch(location!.href)).status).toBe(404)
  })
})

describe('the client', () => {
  test('must use PKCE', async () => {
    const { location } = await new Browser().follow(
      authorization({ code_challenge: '', code_challenge_method: '' }),
    )
    expect(location?.searchParams.get('error')).toBe('invalid_request')
  })

  test('cannot send codes elsewhere', async () => {
    const { response } = await new Browser().follow(authorization({ redirect_uri: 'http://evil.example/' }))
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })
})

describe('renewal', () => {
  test('rotates refresh tokens, and a second use of one ends the grant', async () => {
    const first = await signIn(new Browser(), { account: 'bob' })
    const renew = (refresh_token: string) => tokens({ grant_type: 'refresh_token', refresh_token })
    const answer = await renew(first.refresh_token)
    const second = (await answer.json()) as Tokens
    expect(decodeJwt(second.access_token)).toMatchObject({ sub: 'dev-bob', aud: 'fairlead' })
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await renew(first.refresh_token)).status).toBe(400)
    expect((await renew(second.refresh_token)).status).toBe(400)
  })

  test('needs no page while the session lasts (prompt=none)', async () => {
    const browser = new Browser()
    await signIn(browser, { account: 'bob' })
    const { location } = await browser.follow(authorization({ prompt: 'none' }))
    expect(location?.searchParams.get('code')).toBeTruthy()
    const stranger = await new Browser().follow(authorization({ prompt: 'none' }))
    expect(stranger.location?.searchParams.get('error')).toBe('login_required')
  })

  test('survives a restart of the provider', async () => {
    const browser = new Browser()
    const { refresh_token, access_token } = await signIn(browser, { account: 'dave' })
    stop()
    stop = await serve()
    const answer = await tokens({ grant_type: 'refresh_token', refresh_token })
    expect(answer.status).toBe(200)
    await jwtVerify(access_token, keys(), { issuer, audience: 'fairlead' })
  })
})

test('sign-out ends the session and its refresh tokens, and leads back to the page', async () => {
  const browser = new Browser()
  const { id_token, refresh_token } = await signIn(browser, { account: 'carol' })
  const query = new URLSearchParams({
    id_token_hint: id_token,
    post_logout_redirect_uri: `http://localhost:${port}/`,
  })
  const page = await (await browser.fetch(`${issuer}/session/end?${query}`)).text()
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const action = /action="([^"]+)"/.exec(page)?.[1] ?? ''
  expect(page).toContain('name="logout" value="yes"')
  const { location } = await browser.follow(action, {
    method: 'POST',
    body: new URLSearchParams({ xsrf, logout: 'yes' }),
  })
  expect(location?.href).toBe(`http://localhost:${port}/`)
  expect((await tokens({ grant_type: 'refresh_token', refresh_token })).status).toBe(400)
  const again = await browser.follow(authorization({ prompt: 'none' }))
  expect(again.location?.searchParams.get('error')).toBe('login_required')
})

describe('the development grant', () => {
  test('gives a demo user token to who knows the secret', async () => {
    const token = await developmentToken({ username: 'olivia', port, developmentGrant })
    const { payload } = await jwtVerify(token, keys(), { issuer, audience: 'fairlead' })
    expect(payload).toMatchObject({
      sub: 'dev-olivia',
      client_id: 'fairlead-cli',
      email: 'olivia@example.org',
    })
  })

  test.each([
    { username: 'olivia', developmentGrant: 'guessed' },
    { username: 'mallory', developmentGrant },
  ])('is refused otherwise', async (request) => {
    await expect(developmentToken({ port, ...request })).rejects.toThrow(/No token for/)
  })

  test('is not for the pages', async () => {
    const answer = await tokens({
      grant_type: 'urn:fairlead:grant-type:development',
      username: 'olivia',
      secret: developmentGrant,
    })
    expect(answer.status).toBe(400)
  })
})
