import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { parseAllDocuments } from 'yaml'
import { inRepository } from './repository.ts'
import { type RunningFairlead, startFairlead } from './start.ts'
import { type CollectedSpan, type Collector, startCollector } from './testing/collector.ts'
import { freePort } from './testing/free-port.ts'
import { parsePromql, readMetrics, type ServedMetrics } from './testing/prometheus.ts'
import { frame } from './testing/upstreams.ts'

// The whole system starts here, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

let collector: Collector
let fairlead: RunningFairlead
let token: string
let frontendMetrics: string

beforeAll(async () => {
  collector = await startCollector()
  frontendMetrics = `127.0.0.1:${await freePort()}`
  fairlead = await startFairlead({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      FAIRLEAD_FRONTEND_METRICS_ADDRESS: frontendMetrics,
      AMQP_URL: '',
    },
  })
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
    const pushed = await found(traceId, { service: 'fairlead-worker', name: 'push', kind: 'producer' })
    expect(pushed.parentSpanId).toBe(told.spanId)
  })

  test('stands in the logs with one request id and the trace', async () => {
    const entry = (name: 'backend' | 'envoy') => logged(name).find((line) => line['traceId'] === traceId)
    await expect.poll(() => entry('envoy'), { timeout: 20_000 }).toBeDefined()
    await expect.poll(() => entry('backend'), { timeout: 20_000 }).toBeDefined()
    expect(entry('backend')).toMatchObject({ name: 'backend', requestId: entry('envoy')!['requestId'] })
    const object = '4bf92f3577b34da6a3ce929d0e0e4737'
    await fetch(`${fairlead.url}/objects/none`, {
      headers: { traceparent: traceparent.replace(traceId, object) },
    })
    const lines = () => logged('backend').filter((line) => line['traceId'] === object)
    await expect.poll(() => lines().map(({ msg }) => msg), { timeout: 20_000 }).toContain('request')
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
    const session = connect(fairlead.url)
    // As fast as one connection carries them.
    const status = () =>
      new Promise<number>((resolve, reject) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': '/telemetry/traces',
          'content-type': 'application/json',
        })
        stream.on('response', (headers) => resolve(Number(headers[':status'])))
        stream.on('error', reject)
        stream.resume().end(empty)
      })
    const statuses = await Promise.all(Array.from({ length: 1_000 }, status))
    session.close()
    expect(statuses).toContain(429)
    expect(statuses.filter((each) => each === 200).length).toBeGreaterThan(50)
  })

  test('are asked for by the pages’ settings', async () => {
    expect(await (await fetch(`${fairlead.url}/config.json`)).json()).toMatchObject({ tracesRatio: 1 })
  })
})

describe('figures', () => {
  /** What Prometheus adds to what it scrapes. */
  const targetLabels = [
    'namespace',
    'pod',
    'component',
    'job',
    'instance',
    'service',
    'container',
    'endpoint',
  ]
  /** Of one process each, as they would be scraped. */
  let served: Record<'backend' | 'worker' | 'frontend' | 'envoy', ServedMetrics>
  let labelsOf: Map<string, Set<string>>

  beforeAll(async () => {
    await invite()
    await watchJobs()
    await refuseSocket()
    const { backendHttp, workerHttp, envoyAdmin } = fairlead.run().ports
    const scrape = async (address: string, path = '/metrics') =>
      readMetrics(await (await fetch(`http://${address}${path}`)).text())
    const ended = async () => {
      const worker = await scrape(`127.0.0.1:${workerHttp}`)
      return ['fairlead_mail_attempts_total', 'fairlead_task_attempts_total'].every((name) =>
        worker.series.some((series) => series.name === name),
      )
    }
    await vi.waitUntil(ended, { timeout: 60_000, interval: 500 })
    served = {
      backend: await scrape(`127.0.0.1:${backendHttp}`),
      worker: await scrape(`127.0.0.1:${workerHttp}`),
      frontend: await scrape(frontendMetrics),
      envoy: await scrape(`127.0.0.1:${envoyAdmin}`, '/stats/prometheus'),
    }
    labelsOf = new Map()
    for (const { name, labels } of Object.values(served).flatMap(({ series }) => series)) {
      const known = labelsOf.get(name) ?? new Set()
      for (const label of Object.keys(labels)) known.add(label)
      labelsOf.set(name, known)
    }
    // What Prometheus says itself of each target.
    labelsOf.set('up', new Set())
  })

  /** To somebody who is not there yet, at once by mail. */
  async function invite() {
    const response = await fetch(`${fairlead.url}/api/v1/organizations/survey-institute/members`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await fairlead.token('bob')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'newcomer@example.org', role: 'ROLE_MEMBER' }),
    })
    expect(response.status).toBe(200)
  }

  async function watchJobs() {
    const parent = Buffer.from('organizations/survey-institute')
    const controller = new AbortController()
    const response = await fetch(`${fairlead.url}/grpc/fairlead.jobs.v1.JobService/WatchJobs`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/grpc-web+proto',
        'x-grpc-web': '1',
      },
      body: new Uint8Array(frame(Buffer.concat([Buffer.from([0x0a, parent.length]), parent]))),
      signal: controller.signal,
    })
    expect(response.headers.get('grpc-status') ?? '0').toBe('0')
    controller.abort()
  }

  async function refuseSocket() {
    const socket = new WebSocket(`${fairlead.url.replace('http', 'ws')}/ws`, {
      headers: { origin: fairlead.url },
    })
    const closed = new Promise<number>((resolve, reject) => {
      socket.on('close', resolve)
      socket.on('error', reject)
    })
    socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token: 'none', resume: null })))
    expect(await closed).toBe(4401)
  }

  /** Each query of dashboards and alerts, by what has it. */
  function queries(): [string, string][] {
    const dashboards = inRepository('k8s/components/monitoring/dashboards')
    const shown = readdirSync(dashboards).flatMap((file) => {
      const { panels } = JSON.parse(readFileSync(`${dashboards}/${file}`, 'utf8')) as {
        panels: { title: string; targets?: { expr: string }[] }[]
      }
      return panels.flatMap(({ title, targets = [] }) =>
        targets.map(({ expr }): [string, string] => [
          `${file}: ${title}`,
          expr.replaceAll('$__rate_interval', '5m'),
        ]),
      )
    })
    return [...shown, ...alerts().map(({ alert, expr }): [string, string] => [alert, expr])]
  }

  interface Alert {
    readonly alert: string
    readonly expr: string
    readonly for: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }

  function alerts(): Alert[] {
    const text = readFileSync(inRepository('k8s/components/monitoring/alerts.yaml'), 'utf8')
    const [rule] = parseAllDocuments(text).map((document) => document.toJS())
    return rule.spec.groups.flatMap(({ rules }: { rules: Alert[] }) => rules)
  }

  test('of dashboards and alerts are all served, with the labels that they are asked for by', () => {
    const problems: string[] = []
    expect(queries().length).toBeGreaterThan(60)
    for (const [where, query] of queries()) {
      const { selectors, groupings } = parsePromql(query)
      expect(selectors.length, where).toBeGreaterThan(0)
      const known = new Set([...targetLabels, 'le'])
      for (const { metric, matchers } of selectors) {
        const labels = labelsOf.get(metric)
        if (labels === undefined) problems.push(`${where}: nobody serves ${metric}`)
        for (const label of labels ?? []) known.add(label)
        for (const { label } of matchers) {
          if (!targetLabels.includes(label) && labels?.has(label) !== true)
            problems.push(`${where}: ${metric} has no label ${label}`)
        }
      }
      for (const label of groupings)
        if (!known.has(label)) problems.push(`${where}: nothing there has ${label}`)
    }
    expect(problems).toEqual([])
  })

  test('are asked for by values that exist, where these do not depend on what happened', () => {
    const fixed = ['state', 'phase', 'envoy_http_conn_manager_prefix', 'envoy_cluster_name']
    const everything = Object.values(served).flatMap(({ series }) => series)
    const problems = queries().flatMap(([where, query]) =>
      parsePromql(query).selectors.flatMap(({ metric, matchers }) =>
        matchers
          .filter(({ label, operator }) => fixed.includes(label) && !operator.startsWith('!'))
          .flatMap(({ label, operator, value }) =>
            (operator === '=~' ? value.split('|') : [value]).map((each) => ({ label, each })),
          )
          .filter(
            ({ label, each }) =>
              !everything.some(({ name, labels }) => name === metric && labels[label] === each),
          )
          .map(({ label, each }) => `${where}: ${metric} never has ${label}="${each}"`),
      ),
    )
    expect(problems).toEqual([])
  })

  test.each(['backend', 'worker', 'frontend'] as const)('of the %s keep to the conventions', (process) => {
    const { series, help, types } = served[process]
    const own = [...types].filter(([name]) => name.startsWith('fairlead_'))
    expect(own.length).toBeGreaterThan(5)
    const allowed = [
      'method',
      'code',
      'route',
      'state',
      'phase',
      'service',
      'outcome',
      'queue',
      'event',
      'le',
    ]
    for (const [name, type] of own) {
      expect(name).toMatch(/^fairlead_[a-z0-9]+(_[a-z0-9]+)*$/)
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|hours|kb|mb|percent)(_|$)/)
      if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/)
      expect(help.get(name)).toMatch(/^\w.*\.$/)
    }
    const labelled = series.filter(({ name }) => name.startsWith('fairlead_'))
    for (const { name, labels } of labelled) {
      for (const [label, value] of Object.entries(labels)) {
        expect(allowed, name).toContain(label)
        expect(value, name).not.toMatch(/@|[0-9a-f]{8}-[0-9a-f]{4}-|survey-|microwave-/)
      }
    }
    expect(labelled.length).toBeLessThan(500)
  })

  test('are all told of in the guide, and no others', () => {
    const guide = readFileSync(inRepository('docs/monitoring.md'), 'utf8')
    const rows = [...guide.matchAll(/^\| `(fairlead_\w+)` *\| ([a-z, ]+?) *\| ([a-z,]*) *\|/gm)]
    const told = rows.map(([, name, who, labels]) => `${name} of ${who} by ${labels}`)
    const families = new Map<string, { who: string[]; labels: Set<string> }>()
    for (const [who, { types, series }] of Object.entries(served)) {
      for (const name of types.keys()) {
        if (!name.startsWith('fairlead_')) continue
        const family = families.get(name) ?? { who: [], labels: new Set() }
        family.who.push(who)
        families.set(name, family)
        for (const each of series) {
          if (each.name.replace(/_(bucket|sum|count)$/, '') !== name) continue
          for (const label of Object.keys(each.labels)) if (label !== 'le') family.labels.add(label)
        }
      }
    }
    const real = [...families].map(
      ([name, { who, labels }]) => `${name} of ${who.join(', ')} by ${[...labels].join(',')}`,
    )
    expect(told.sort()).toEqual(real.sort())
  })

  test('each alert says how grave it is, what is the matter and where to begin', () => {
    const names = alerts().map(({ alert }) => alert)
    expect(new Set(names).size).toBe(names.length)
    for (const { alert, for: wait, labels, annotations } of alerts()) {
      expect(alert).toMatch(/^Fairlead[A-Z]/)
      expect(wait, alert).toMatch(/^\d+m$/)
      expect(['warning', 'critical'], alert).toContain(labels['severity'])
      for (const part of ['summary', 'description', 'runbook'])
        expect(annotations[part], alert).toMatch(/^\S.{10,}/s)
    }
  })

  test('what workers are scaled by is asked for as it is served', () => {
    const rules = readFileSync(inRepository('k8s/components/autoscaling/prometheus-adapter.yaml'), 'utf8')
    const query = /metricsQuery: (.*)/.exec(rules)?.[1]?.replace(',<<.LabelMatchers>>', '') ?? ''
    expect(parsePromql(query).selectors).toEqual([
      {
        metric: 'fairlead_queue_tasks',
        matchers: [{ label: 'state', operator: '=~', value: 'ready|running' }],
      },
    ])
    const states = served.backend.series.filter(({ name }) => name === 'fairlead_queue_tasks')
    expect(states.map(({ labels }) => labels['state']).sort()).toEqual(['ready', 'retrying', 'running'])
  })
})
