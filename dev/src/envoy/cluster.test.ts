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
  const signed = '/objects/fairlead/results/a.fits?X-Amz-Signature=s&X-Amz-Expires=60'

  test.each(['GET', 'HEAD', 'PUT'])('gets signed requests: %s', async (method) => {
    const { status, headers } = await fetch(envoy.url + signed, { method })
    expect([status, headers.get('x-upstream')]).toEqual([200, 'store'])
    // As it was signed: without the prefix, and by the store's own name.
    expect(headers.get('x-upstream-path')).toBe(signed.slice('/objects'.length))
    expect(headers.get('x-seen-host')).toBe(`127.0.0.1:${upstreams[3]!.port}`)
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test.each([
    ['GET', '/objects/fairlead/results/a.fits'],
    ['GET', '/objects/fairlead/?list-type=2'],
    ['GET', '/objects/other/a?X-Amz-Signature=s'],
    ['GET', '/objects/minio/admin/v3/info?X-Amz-Signature=s'],
    ['POST', '/objects/fairlead/a?X-Amz-Signature=s'],
    ['DELETE', '/objects/fairlead/a?X-Amz-Signature=s'],
    ['POST', '/objects/?Action=AssumeRole&X-Amz-Signature=s'],
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
