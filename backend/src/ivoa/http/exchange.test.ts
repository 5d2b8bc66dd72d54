import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DomainError, invalidField } from '../../errors/domain-error.ts'
import { type HttpFixture, httpFixture, rawRequest } from '../testing/http-fixture.ts'
import { contentDisposition, seeOther, sendText } from './answers.ts'
import { allows, ivoaRoute } from './exchange.ts'
import { homeOrganization } from './home-organization.ts'

const failures: Record<string, () => unknown> = {
  anonymous: () => new DomainError('UNAUTHENTICATED', 'TOKEN_MISSING', 'Sign in first.'),
  expired: () => new DomainError('UNAUTHENTICATED', 'TOKEN_EXPIRED', 'The token has expired.'),
  denied: () => new DomainError('PERMISSION_DENIED', 'NOT_A_MEMBER', 'Not yours.'),
  state: () => new DomainError('FAILED_PRECONDITION', 'JOB_ALREADY_ENDED', 'It has ended.'),
  full: () => new DomainError('RESOURCE_EXHAUSTED', 'QUEUED_JOBS_LIMIT', 'Full.'),
  down: () => new DomainError('UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'Down.'),
  field: () => invalidField('CIRCLE', 'needs <three> numbers\u0000'),
  repeated: () => invalidField('CIRCLE', 'MultiValuedParamNotSupported: CIRCLE may be given once only'),
  defect: () => new Error('the password is hunter2'),
}

let server: HttpFixture
beforeAll(async () => {
  server = await httpFixture(
    [
      ivoaRoute({
        prefix: '/votable/',
        async handle(exchange) {
          const { path, query } = exchange
          if (!allows(exchange, 'GET', 'POST')) return
          const failure = failures[path[1] ?? '']
          if (failure !== undefined) throw failure()
          if (path[1] === 'redirect') seeOther(exchange, query.get('to') ?? '')
          else sendText(exchange, JSON.stringify(path))
        },
      }),
      ivoaRoute({
        prefix: '/text/',
        errors: 'text',
        async handle({ path }) {
          throw failures[path[1] ?? '']?.()
        },
      }),
    ],
    pino({ level: 'silent' }),
  )
})
afterAll(() => server.stop())

const get = (path: string, method = 'GET') => rawRequest(server.origin, path, { method })

describe('an error', () => {
  test.each([
    ['anonymous', 401, 'AuthenticationError', { 'www-authenticate': 'Bearer realm="fairlead"' }],
    [
      'expired',
      401,
      'AuthenticationError',
      { 'www-authenticate': 'Bearer realm="fairlead", error="invalid_token"' },
    ],
    ['denied', 403, 'AuthorizationError', {}],
    ['state', 403, 'UsageError', {}],
    ['full', 429, 'ServiceUnavailable', { 'retry-after': '30' }],
    ['down', 503, 'ServiceUnavailable', { 'retry-after': '5' }],
    ['field', 400, 'UsageError', {}],
    ['repeated', 400, 'MultiValuedParamNotSupported', {}],
    ['defect', 500, 'Error', {}],
  ])('of kind %s is %i, and begins with %s', async (kind, status, label, headers) => {
    const answer = await get(`/votable/${kind}`)
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'application/x-votable+xml', 'cache-control': 'no-store', ...headers },
    })
    expect(answer.body).toContain(`<INFO name="QUERY_STATUS" value="ERROR">${label}: `)
    const words = await get(`/text/${kind}`)
    expect(words).toMatchObject({
      status,
      headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    })
    expect(words.body.startsWith(`${label}: `)).toBe(true)
    expect(words.body.split(label)).toHaveLength(2)
  })

  test('names its field, in characters that XML can carry', async () => {
    const { body } = await get('/votable/field')
    expect(body).toContain('<INFO name="FIELD" value="CIRCLE">needs &lt;three&gt; numbers\uFFFD</INFO>')
  })

  test('that is a defect keeps its text in, and tells the request id', async () => {
    const { body } = await get('/votable/defect')
    expect(body).not.toContain('hunter2')
    expect(body).toMatch(/<INFO name="REQUEST_ID" value="[^"]+"\/>/)
  })
})

test('a method that a resource does not have is 405, with those that it has', async () => {
  expect(await get('/votable/x', 'DELETE')).toMatchObject({
    status: 405,
    headers: { allow: 'GET, POST, HEAD' },
  })
  expect(await get('/votable/x', 'OPTIONS')).toMatchObject({
    status: 204,
    headers: { allow: 'GET, POST, HEAD, OPTIONS' },
  })
})

test('HEAD answers as GET does, without the content', async () => {
  const [head, full] = await Promise.all([get('/votable/x', 'HEAD'), get('/votable/x')])
  expect(head).toMatchObject({ status: 200, body: '' })
  expect(head.headers['content-type']).toBe(full.headers['content-type'])
})

test.each([
  ['/votable/a%20b/', '["votable","a b"]'],
  ['/votable/..%2F..%2Fetc', '["votable","../../etc"]'],
  ['/votable//x', '["votable","","x"]'],
])('the path %s is read as it stands', async (path, segments) => {
  expect(await get(path)).toMatchObject({ status: 200, body: segments })
})

test('a path with a malformed escape is nowhere', async () => {
  expect(await get('/votable/%zz')).toMatchObject({ status: 404 })
})

test('nothing in an address begins another header', async () => {
  const { status, headers } = await get(
    `/votable/redirect?to=${encodeURIComponent('/a\r\nSet-Cookie: x=1\u{1F52D} %20')}`,
  )
  expect(status).toBe(303)
  expect(headers['location']).toBe('/a%0D%0ASet-Cookie:%20x=1%F0%9F%94%AD%20%20')
  expect(headers['set-cookie']).toBeUndefined()
})

test('a file name cannot end its header, and is kept in full', () => {
  expect(contentDisposition('attachment', 'Größe "1"\r\nX: y.fits')).toBe(
    `attachment; filename="Gr__e _1___X: y.fits"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22%0D%0AX%3A%20y.fits`,
  )
})

describe('the home organisation', () => {
  const membership = (day: number, ...permissions: string[]) => ({
    organizationId: String(day),
    permissions: new Set(permissions),
    joinTime: new Date(Date.UTC(2026, 0, day)),
  })
  const principal = (memberships: Record<string, ReturnType<typeof membership>>) => ({
    caller: { userId: 'u', displayName: 'U', email: 'u@example.org' },
    memberships: new Map(Object.entries(memberships)),
    platformPermissions: new Set<string>(),
    tokenScopes: undefined,
  })

  test('is the one joined first in which the caller may submit', () => {
    const who = principal({
      third: membership(3, 'jobs.submit'),
      second: membership(2, 'jobs.submit'),
      first: membership(1, 'jobs.read'),
    })
    expect(homeOrganization(who)).toBe('second')
  })

  test('is the one joined first when the caller may submit nowhere', () => {
    expect(homeOrganization(principal({ b: membership(2), a: membership(1) }))).toBe('a')
  })

  test('is nowhere for who is a member of none', () => {
    expect(() => homeOrganization(principal({}))).toThrow('not a member of any organisation')
  })
})
