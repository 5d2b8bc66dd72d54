import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningEnvoy, runEnvoy } from '../testing/envoy.ts'
import { frame, grpcUpstream, httpUpstream, type Upstream } from '../testing/upstreams.ts'

/** Our template in a real Envoy, in front of small real servers that say what reached them. */
let envoy: RunningEnvoy
let grpc: Upstream
let upstreams: Upstream[]

const unarySeconds = 1
const streamIdleSeconds = 3

beforeAll(async () => {
  grpc = await grpcUpstream()
  upstreams = await Promise.all(['backend-http', 'frontend', 'identity', 'mail'].map(httpUpstream))
  const [backend, frontend, identity, mail] = upstreams
  const at = ({ port }: Upstream) => ({ host: '127.0.0.1', port })
  envoy = await runEnvoy({
    backendGrpc: at(grpc),
    backendHttp: at(backend!),
    frontend: at(frontend!),
    identity: at(identity!),
    mail: at(mail!),
    unarySeconds,
    streamIdleSeconds,
  })
})

afterAll(async () => {
  await envoy.stop()
  await Promise.all([grpc, ...upstreams].map((upstream) => upstream.close()))
})

const grpcWeb = {
  method: 'POST',
  headers: { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1' },
  body: frame(Buffer.alloc(0)),
}

/** A request whose path is sent as it is: fetch would tidy it. */
function raw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown> }> {
  const { hostname, port } = new URL(envoy.url)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, agent: false })
    sent.once('error', reject)
    sent.once('upgrade', (response, socket) => {
      socket.destroy()
      resolve({ status: response.statusCode ?? 0, headers: response.headers })
    })
    sent.once('response', (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, headers: response.headers })
    })
    sent.end()
  })
}

const job = 'fairlead.jobs.v1.JobService'
const datasets = 'fairlead.datasets.v1.DatasetService'

describe('a path leads to its upstream', () => {
  test.each([
    ['/', 'frontend', '/'],
    ['/jobs/1?tab=log', 'frontend', '/jobs/1?tab=log'],
    ['/config.json', 'frontend', '/config.json'],
    ['/api/docs', 'frontend', '/api/docs'],
    ['/wsx', 'frontend', '/wsx'],
    ['/metrics', 'frontend', '/metrics'],
    ['/hmr', 'frontend', '/hmr'],
    ['/auth/jwks', 'identity', '/auth/jwks'],
    ['/authors', 'frontend', '/authors'],
    ['/objects/a/b?signature=s', 'backend-http', '/objects/a/b?signature=s'],
    ['/fix-imports/a?signature=s', 'backend-http', '/fix-imports/a?signature=s'],
    ['/uws/jobs', 'backend-http', '/uws/jobs'],
    ['/soda/sync?ID=a', 'backend-http', '/soda/sync?ID=a'],
    ['/mail/unsubscribe?token=t', 'backend-http', '/mail/unsubscribe?token=t'],
    ['/mailing', 'frontend', '/mailing'],
    ['/dev/mail', 'mail', '/dev/mail'],
    ['/dev/mail/1?part=text', 'mail', '/dev/mail/1?part=text'],
    ['/dev/mails', 'frontend', '/dev/mails'],
    ['/dev', 'frontend', '/dev'],
    ['/api/v1/openapi.json', 'backend-http', '/api/v1/openapi.json'],
    ['/api/v1/operator/compute?owner=o', 'backend-http', '/api/v1/operator/compute?owner=o'],
    ['/api/v1/organizations/a/jobs/1', 'backend-grpc', `/${job}/GetJob`],
    ['/api/v1/organizations/a/jobs?pageSize=5', 'backend-grpc', `/${job}/ListJobs`],
    ['/api/v1/users/me', 'backend-grpc', '/fairlead.identity.v1.IdentityService/GetCaller'],
    [
      '/api/v1/organizations/a/creditStatement:export?format=EXPORT_FORMAT_CSV',
      'backend-grpc',
      '/fairlead.credits.v1.CreditService/ExportStatement',
    ],
    ['/api/v1/organizations/a/datasets/m', 'backend-grpc', '/fairlead.datasets.v1.DatasetService/GetDataset'],
    // One spelling per path: these are tidied before a route is chosen.
    ['//objects//a', 'backend-http', '/objects/a'],
    ['/objects/../uws/jobs', 'backend-http', '/uws/jobs'],
  ])('GET %s: %s', async (path, upstream, arrives) => {
    const { status, headers } = await raw(path)
    expect({ status, upstream: headers['x-upstream'], path: headers['x-upstream-path'] }).toEqual({
      status: 200,
      upstream,
      path: arrives,
    })
  })

  test.each([`/grpc/${job}/GetJob`, `/grpc/${job}/WatchJob`])(
    'gRPC-web %s: the backend, without the prefix',
    async (path) => {
      const response = await fetch(`${envoy.url}${path}`, grpcWeb)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/grpc-web+proto')
      expect(response.headers.get('x-upstream-path')).toBe(path.slice('/grpc'.length))
      await response.body?.cancel()
    },
  )

  test('the notification socket is upgraded, and no other path', async () => {
    const upgrade = { connection: 'upgrade', upgrade: 'websocket' }
    expect(await raw('/ws', upgrade)).toMatchObject({ status: 101, headers: { 'x-upstream': 'frontend' } })
    for (const path of ['/', '/hmr', '/ws/x', '/objects/a'])
      expect((await raw(path, upgrade)).status, path).toBe(403)
  })

  test('the admin interface is never routed', async () => {
    for (const path of ['/stats', '/config_dump', '/quitquitquit', '/server_info']) {
      expect((await raw(path)).headers['x-upstream'], path).toBe('frontend')
    }
    expect((await fetch(`${envoy.adminUrl}/ready`)).status).toBe(200)
  })

  test('an escaped slash is refused', async () => {
    expect((await raw('/objects/a%2Fb')).status).toBe(400)
  })
})

describe('a name', () => {
  test("that is not this machine's is 404, whatever the path", async () => {
    const { port } = new URL(envoy.url)
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, `LOCALHOST:${port}`])
      expect((await raw('/', { host })).status, host).toBe(200)
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      `localhost.evil.example:${port}`,
      'localhost:1',
    ])
      for (const path of ['/', '/auth/jwks', '/objects/a', '/api/v1/users/me'])
        expect(await raw(path, { host }), host + path).toMatchObject({ status: 404 })
  })

  test('is never that of a forwarded header', async () => {
    const { headers } = await raw('/pages', { 'x-forwarded-host': 'evil.example' })
    expect(headers['x-seen-forwarded-host']).toBe('undefined')
  })

  test('is told to the identity provider with its port', async () => {
    const host = new URL(envoy.url).host
    const { headers } = await raw('/auth/jwks', { host, 'x-forwarded-host': 'evil.example' })
    expect(headers['x-seen-forwarded-host']).toBe(host)
  })
})

describe('JSON', () => {
  test('is refused for a method or a query that does not exist', async () => {
    expect((await raw('/api/v1/nothing')).status).toBe(404)
    expect((await raw('/api/v1/organizations/a/jobs?pagesize=5')).status).toBe(400)
  })

  test('writes every field, in lowerCamelCase, enums by name', async () => {
    const response = await fetch(`${envoy.url}/api/v1/organizations/a/jobs/1`)
    expect(response.headers.get('content-type')).toMatch('application/json')
    expect(await response.json()).toMatchObject({ name: '', phase: 'PHASE_UNSPECIFIED' })
  })
})

describe('limits', () => {
  const tooMuch = Buffer.alloc(4 * 1024 * 1024 + 1)

  test.each([
    ['/api/v1/organizations/a/jobs', { 'content-type': 'application/json' }],
    ['/api/v1/operator/compute', { 'content-type': 'application/json' }],
    ['/uws/jobs', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('a body above 4 MiB at %s is 413', async (path, headers) => {
    const response = await fetch(`${envoy.url}${path}`, {
      method: 'POST',
      headers: { ...headers },
      body: tooMuch,
    })
    expect(response.status).toBe(413)
  })

  test('a gRPC-web message above 4 MiB is RESOURCE_EXHAUSTED', async () => {
    const response = await fetch(`${envoy.url}/grpc/${job}/CreateJob`, { ...grpcWeb, body: tooMuch })
    expect(response.headers.get('grpc-status')).toBe('8')
  })

  test.each(['/objects/a', '/fix-imports/a'])('what is put to %s may be of any size', async (path) => {
    const response = await fetch(`${envoy.url}${path}`, { method: 'PUT', body: tooMuch })
    expect(response.headers.get('x-received')).toBe(String(tooMuch.length))
  })

  test('headers above 32 KiB are 431', async () => {
    expect((await raw('/', { 'x-long': 'x'.repeat(40_000) })).status).toBe(431)
  })
})

describe('time', () => {
  test('a unary call that takes too long is DEADLINE_EXCEEDED', async () => {
    const response = await fetch(`${envoy.url}/grpc/${job}/QuoteJob`, grpcWeb)
    expect(response.status).toBe(200)
    expect(response.headers.get('grpc-status')).toBe('4')
    expect(await response.text()).toBe('')
  })

  test.each([
    ['gRPC-web', `/grpc/${datasets}/RegisterDataset`, grpcWeb],
    ['gRPC', `/${datasets}/RegisterDataset`, grpcWeb],
    [
      'JSON',
      '/api/v1/organizations/a/datasets:register',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    ],
  ])('a dataset may take longer to be made, by %s', async (_way, path, init) => {
    const response = await fetch(`${envoy.url}${path}`, init)
    expect(response.status).toBe(200)
    expect(response.headers.get('x-upstream-path')).toBe(`/${datasets}/RegisterDataset`)
  })

  test('a stream lives on past it as long as it says something', async () => {
    const response = await fetch(`${envoy.url}/grpc/${job}/WatchJob`, grpcWeb)
    const body = Buffer.from(await response.arrayBuffer())
    // Eight empty messages in 2.4 s, then the trailer frame with the status.
    expect(body.subarray(0, 40)).toEqual(Buffer.alloc(40))
    expect(body.subarray(45).toString()).toMatch(/grpc-status:\s?0/)
  })

  test.each(['/uws/cutout/late', '/soda/async/late'])('a client may wait in silence at %s', async (path) => {
    const response = await fetch(`${envoy.url}${path}`)
    expect([response.status, response.headers.get('x-upstream')]).toEqual([200, 'backend-http'])
  })

  test('a notification socket may be silent between two pings', async () => {
    const { hostname, port } = new URL(envoy.url)
    const said = await new Promise<string>((resolve, reject) => {
      const headers = { connection: 'upgrade', upgrade: 'websocket' }
      const sent = request({ hostname, port, path: '/ws?late', headers, agent: false })
      sent.once('error', reject)
      sent.once('upgrade', (_, socket, head) => {
        let text = head.toString()
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        socket.once('error', reject)
        socket.once('close', () => resolve(text))
      })
      sent.end()
    })
    expect(said).toBe('late')
  })

  test('a silent stream ends after the idle time', async () => {
    const since = performance.now()
    const response = await fetch(`${envoy.url}/grpc/${job}/WatchJobs`, grpcWeb)
    await response.arrayBuffer().catch(() => undefined)
    expect(performance.now() - since).toBeGreaterThan(streamIdleSeconds * 1000 - 200)
  })
})

describe('headers', () => {
  test.each(['/', '/auth/x', '/objects/a', '/api/v1/nothing', `/${job}/GetJob`])(
    'of %s are safe',
    async (path) => {
      const { headers } = await raw(path)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'strict-origin-when-cross-origin',
        'cross-origin-opener-policy': 'same-origin',
      })
      // The identity provider says who may frame its pages by its policy alone.
      expect(headers['x-frame-options']).toBe(path.startsWith('/auth/') ? undefined : 'DENY')
      expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'|sandbox/)
      expect(headers['permissions-policy']).toBeDefined()
      for (const name of [
        'server',
        'x-powered-by',
        'x-envoy-upstream-service-time',
        'access-control-allow-origin',
      ]) {
        expect(headers[name], name).toBeUndefined()
      }
    },
  )

  test('the policy of pages allows no inline script and no framing, that of objects nothing', async () => {
    const page = String((await raw('/')).headers['content-security-policy'])
    expect(page).toContain("script-src 'self';")
    expect(page).toContain("frame-ancestors 'none'")
    expect(String((await raw('/objects/a')).headers['content-security-policy'])).toBe(
      "default-src 'none'; sandbox",
    )
  })

  test('no HSTS without TLS', async () => {
    expect((await raw('/')).headers['strict-transport-security']).toBeUndefined()
  })

  test('text is compressed, gRPC-web is not', async () => {
    const encoding = async (path: string, accept: string) =>
      (await raw(path, { 'accept-encoding': accept })).headers['content-encoding']
    expect(await encoding('/app.js', 'gzip')).toBe('gzip')
    expect(await encoding('/app.js', 'gzip, br')).toBe('br')
    expect(
      (await fetch(`${envoy.url}/grpc/${job}/GetJob`, grpcWeb)).headers.get('content-encoding'),
    ).toBeNull()
  })

  test('the request id is ours, and reaches upstream, client and log', async () => {
    const { headers } = await raw('/somewhere', { 'x-request-id': 'forged' })
    const id = headers['x-request-id']
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(headers['x-seen-request-id']).toBe(id)
    await expect.poll(() => envoy.accessLog().some(({ requestId }) => requestId === id)).toBe(true)
  })
})

test('the access log has no query, so no signature and no code', async () => {
  await raw('/objects/secret-test?signature=s3cret')
  await raw('/signed-in?code=s3cret')
  await raw('/api/v1/organizations/a/jobs?pageToken=s3cret')
  await expect.poll(() => envoy.accessLog().filter(({ path }) => path === '/signed-in').length).toBe(1)
  const text = JSON.stringify(envoy.accessLog())
  expect(text).toContain('/objects/secret-test')
  expect(text).not.toContain('s3cret')
})

test('without a backend a gRPC-web call is UNAVAILABLE and a JSON call is 503', async () => {
  const front = await runEnvoy({
    backendGrpc: { host: '127.0.0.1', port: 9 },
    backendHttp: { host: '127.0.0.1', port: 9 },
    frontend: { host: '127.0.0.1', port: 9 },
  })
  try {
    const response = await fetch(`${front.url}/grpc/${job}/GetJob`, grpcWeb)
    expect(response.status).toBe(200)
    expect(response.headers.get('grpc-status')).toBe('14')
    expect((await fetch(`${front.url}/api/v1/users/me`)).status).toBe(503)
  } finally {
    await front.stop()
  }
})
