import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningEnvoy, runEnvoy } from '../testing/envoy.ts'
import { freePort } from '../testing/free-port.ts'
import { grpcUpstream, httpUpstream, type Upstream } from '../testing/upstreams.ts'

/** What only deployments have, in a real Envoy: an S3 store behind /objects/, and the listener of figures. */
let envoy: RunningEnvoy
let upstreams: Upstream[]
let metrics: string

beforeAll(async () => {
  upstreams = await Promise.all([grpcUpstream(), ...['backend-http', 'frontend', 'store'].map(httpUpstream)])
  const [grpc, backend, frontend, store] = upstreams.map(({ port }) => ({ host: '127.0.0.1', port }))
  const metricsPort = await freePort()
  metrics = `http://127.0.0.1:${metricsPort}`
  envoy = await runEnvoy({
    backendGrpc: grpc!,
    backendHttp: backend!,
    frontend: frontend!,
    objects: { ...store!, bucket: 'fairlead' },
    metricsPort,
  })
})

afterAll(async () => {
  await envoy.stop()
  await Promise.all(upstreams.map((upstream) => upstream.close()))
})

describe('the store behind /objects/', () => {
  const signed = 'X-Amz-Signature=s&X-Amz-Expires=60'
  const part = `${signed}&uploadId=u&partNumber=1`

  test.each([
    ['GET', `clean/a?${signed}`],
    ['HEAD', `clean/a?${signed}`],
    ['GET', `jobs/1/a.fits?${signed}`],
    ['GET', `datasets/a/b?${signed}`],
    ['PUT', `quarantine/a?${part}`],
  ])('gets signed requests: %s %s', async (method, what) => {
    const { status, headers } = await fetch(`${envoy.url}/objects/fairlead/${what}`, { method })
    expect([status, headers.get('x-upstream')]).toEqual([200, 'store'])
    // As it was signed: without the prefix, and by the store's own name.
    expect(headers.get('x-upstream-path')).toBe(`/fairlead/${what}`)
    expect(headers.get('x-seen-host')).toBe(`127.0.0.1:${upstreams[3]!.port}`)
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('gets parts of any size', async () => {
    const body = Buffer.alloc(8 << 20)
    const address = `${envoy.url}/objects/fairlead/quarantine/a?${part}`
    const { headers } = await fetch(address, { method: 'PUT', body })
    expect(headers.get('x-received')).toBe(String(body.length))
  })

  test.each([
    ['GET', '/objects/fairlead/clean/a'],
    ['GET', `/objects/fairlead/quarantine/a?${signed}`],
    ['HEAD', `/objects/fairlead/quarantine/a?${signed}`],
    ['GET', `/objects/fairlead/clean/../quarantine/a?${signed}`],
    ['GET', `/objects/fairlead/quarantine/a?${part}`],
    ['GET', `/objects/fairlead/results/a?${signed}`],
    ['GET', `/objects/fairlead/clean?${signed}`],
    ['GET', '/objects/fairlead/?list-type=2'],
    ['GET', `/objects/fairlead/?list-type=2&${signed}`],
    ['GET', `/objects/other/clean/a?${signed}`],
    ['GET', `/objects/minio/admin/v3/info?${signed}`],
    ['PUT', `/objects/fairlead/quarantine/a?${signed}`],
    ['PUT', `/objects/fairlead/clean/a?${signed}`],
    ['PUT', `/objects/fairlead/clean/a?${part}`],
    ['PUT', '/objects/fairlead/quarantine/a?uploadId=u&partNumber=1'],
    ['POST', `/objects/fairlead/quarantine/a?${part}`],
    ['DELETE', `/objects/fairlead/quarantine/a?${part}`],
    ['POST', `/objects/?Action=AssumeRole&${signed}`],
  ])('gets nothing else: %s %s', async (method, path) => {
    const { status, headers } = await fetch(envoy.url + path, { method })
    expect([status, headers.get('x-upstream')]).toEqual([403, null])
  })
})

describe('the listener of figures', () => {
  test('says whether Envoy is ready, and what it counts', async () => {
    expect((await fetch(`${metrics}/live`)).status).toBe(200)
    expect(await (await fetch(`${metrics}/ready`)).text()).toBe('LIVE\n')
    const figures = await (await fetch(`${metrics}/stats/prometheus`)).text()
    expect(figures).toContain('envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="front"}')
  })

  test.each(['/', '/stats', '/config_dump', '/server_info', '/quitquitquit', '/healthcheck/fail', '/certs'])(
    'has nothing else of the admin interface: %s',
    async (path) => {
      expect((await fetch(metrics + path, { method: 'POST' })).status).toBe(404)
      expect((await fetch(metrics + path)).status).toBe(404)
    },
  )

  test('says no while Envoy drains, and that it lives', async () => {
    await fetch(`${envoy.adminUrl}/healthcheck/fail`, { method: 'POST' })
    try {
      expect((await fetch(`${metrics}/ready`)).status).toBe(503)
      expect((await fetch(`${metrics}/live`)).status).toBe(200)
      // Whoever comes again comes by another connection.
      const answer = await fetch(`${envoy.url}/`)
      expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])
    } finally {
      await fetch(`${envoy.adminUrl}/healthcheck/ok`, { method: 'POST' })
    }
  })
})
