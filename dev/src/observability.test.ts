import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningFairlead, startFairlead } from './start.ts'
import { type CollectedSpan, type Collector, startCollector } from './testing/collector.ts'

// The whole system starts here, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

let collector: Collector
let fairlead: RunningFairlead
let token: string

beforeAll(async () => {
  collector = await startCollector()
  fairlead = await startFairlead({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, AMQP_URL: '' } })
  token = await fairlead.token('alice')
})
afterAll(async () => {
  await fairlead?.stop()
  await collector?.stop()
})

const call = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${fairlead.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers },
  })
  expect(response.ok, `${path}: ${response.status}`).toBe(true)
  return response
}

const logged = (name: 'backend' | 'envoy') =>
  readFileSync(fairlead.logPath(name), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** Waits until a span of the trace is there. */
const found = async (traceId: string, what: Partial<CollectedSpan>): Promise<CollectedSpan> => {
  const matching = () =>
    collector.spans.find(
      (span) =>
        span.traceId === traceId &&
        Object.entries(what).every(([key, value]) => Reflect.get(span, key) === value),
    )
  await expect.poll(matching, { timeout: 60_000, message: JSON.stringify(what) }).toBeDefined()
  return matching()!
}

describe('a job that is submitted', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const pageSpan = '00f067aa0ba902b7'
  const traceparent = `00-${traceId}-${pageSpan}-01`

  beforeAll(async () => {
    const dataset = await call('/api/v1/organizations/survey-institute/datasets/survey-tile-1')
    const { coverage } = (await dataset.json()) as {
      coverage: { center: { raDeg: number; decDeg: number } }
    }
    const circle = `${coverage.center.raDeg} ${coverage.center.decDeg} 0.01`
    await call('/api/v1/organizations/survey-institute/jobs', {
      method: 'POST',
      headers: { traceparent },
      body: JSON.stringify({
        service: 'cutout',
        runId: 'mail alice@example.org',
        parameters: [
          { name: 'ID', value: 'survey-tile-1' },
          { name: 'CIRCLE', value: circle },
        ],
      }),
    })
  })

  test('is one trace from the caller through Envoy, backend and queue to the worker', async () => {
    const front = await found(traceId, { service: 'fairlead-envoy', kind: 'server' })
    expect(front).toMatchObject({ parentSpanId: pageSpan, name: 'json' })
    const forwarded = await found(traceId, { service: 'fairlead-envoy', kind: 'client' })
    expect(forwarded.parentSpanId).toBe(front.spanId)
    const backend = await found(traceId, { service: 'fairlead-backend', kind: 'server' })
    expect(backend).toMatchObject({
      parentSpanId: forwarded.spanId,
      name: 'fairlead.jobs.v1.JobService/CreateJob',
      attributes: { 'rpc.system.name': 'grpc', 'rpc.response.status_code': 'OK' },
      failed: false,
    })
    const insert = await found(traceId, { service: 'fairlead-backend', name: 'insert jobs' })
    expect(insert).toMatchObject({ parentSpanId: backend.spanId, kind: 'client' })
    const task = await found(traceId, { service: 'fairlead-worker', name: 'cutout task' })
    expect(task).toMatchObject({ parentSpanId: backend.spanId, kind: 'consumer', failed: false })
    expect(task.attributes).toMatchObject({ 'fairlead.outcome': 'completed', 'fairlead.attempt': '1' })
    const run = await found(traceId, { service: 'fairlead-worker', name: 'run' })
    expect(run.parentSpanId).toBe(task.spanId)
    const told = await found(traceId, { service: 'fairlead-worker', name: 'handle jobs.completed' })
    expect(told.parentSpanId).toBe(backend.spanId)
  })

  test('stands in the logs with one request id and the trace', async () => {
    const entry = (name: 'backend' | 'envoy') => logged(name).find((line) => line['traceId'] === traceId)
    await expect.poll(() => entry('envoy'), { timeout: 20_000 }).toBeDefined()
    await expect.poll(() => entry('backend'), { timeout: 20_000 }).toBeDefined()
    expect(entry('backend')).toMatchObject({ name: 'backend', requestId: entry('envoy')!['requestId'] })
  })

  test('leaves nothing in traces that is secret or about a person', async () => {
    await call('/api/v1/users/me?unknown=s3cret').catch(() => undefined)
    await fetch(`${fairlead.url}/signed-in?code=s3cret&state=s3cret`, {
      headers: { 'user-agent': 'Alice/1' },
    })
    await fetch(`${fairlead.url}/objects/a?signature=s3cret`)
    const administrator = await fairlead.token('bob')
    const refused = await fetch(`${fairlead.url}/api/v1/organizations/survey-institute/members`, {
      method: 'POST',
      headers: { authorization: `Bearer ${administrator}`, 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'alice@example.org', role: 'ROLE_MEMBER' }),
    })
    expect(refused.status).toBe(409)
    await expect
      .poll(() =>
        collector.spans.some(({ attributes: { 'rpc.method': method } }) => method?.endsWith('CreateMember')),
      )
      .toBe(true)
    await expect.poll(() => collector.spans.some(({ name }) => name === 'objects')).toBe(true)
    await expect.poll(() => collector.spans.some(({ name }) => name === 'pages')).toBe(true)
    const text = collector.spans.map((span) => JSON.stringify(span)).join('\n')
    expect(text.length).toBeGreaterThan(10_000)
    expect(text).not.toContain(token)
    expect(text).not.toMatch(/s3cret|Bearer|eyJ|@example|Alice|survey-tile-1/)
    const front = collector.spans.filter(
      ({ service, kind }) => service === 'fairlead-envoy' && kind === 'server',
    )
    expect(new Set(front.map(({ attributes }) => attributes['peer.address']))).toEqual(new Set(['-']))
    expect(front.filter(({ attributes }) => /[?/].*[?/].*[?/]./.test(attributes['http.url'] ?? ''))).toEqual(
      [],
    )
  })
})

describe('spans of pages', () => {
  const send = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${fairlead.url}/telemetry/traces`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
  const empty = JSON.stringify({ resourceSpans: [] })

  test('are taken at the front door, little at once', async () => {
    expect((await send(empty)).status).toBe(200)
    expect((await send(JSON.stringify({ padding: 'x'.repeat(70_000) }))).status).toBe(413)
    expect((await fetch(`${fairlead.url}/telemetry/traces`)).status).toBe(404)
  })

  test('are taken at a rate that has a bound', async () => {
    const statuses = await Promise.all(Array.from({ length: 400 }, async () => (await send(empty)).status))
    expect(statuses).toContain(429)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(50)
  })

  test('are asked for by the pages’ settings', async () => {
    expect(await (await fetch(`${fairlead.url}/config.json`)).json()).toMatchObject({ tracesRatio: 1 })
  })
})
