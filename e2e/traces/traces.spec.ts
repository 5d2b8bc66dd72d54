import { type Collector, startCollector } from '@fairlead/dev/collector'
import { startFairlead } from '@fairlead/dev/start'
import { cutOutOfTheMap } from '../support/cut-out-of-the-map.ts'
import { test as base, expect } from '../support/fairlead-test.ts'
import { type System, systemAt } from '../support/system.ts'

const test = base.extend<object, { readonly collector: Collector; readonly workerSystem: System }>({
  collector: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from it
    async ({}, use) => {
      const collector = await startCollector()
      await use(collector)
      await collector.stop()
    },
    { scope: 'worker' },
  ],
  workerSystem: [
    async ({ collector }, use) => {
      const running = await startFairlead({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } })
      await use(systemAt(running.url, running.home))
      await running.stop()
    },
    { scope: 'worker', timeout: 150_000 },
  ],
})

test('a job that is submitted in the browser is one trace from the page to the worker', async ({
  page,
  signIn,
  collector,
}) => {
  const loaded = page.waitForResponse(/\/assets\/tracing-/)
  await signIn('alice')
  await loaded
  await cutOutOfTheMap(page)
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 30_000 })

  const spanOf = async (service: string, name: string, kind: string, traceId?: string) => {
    const matching = () =>
      collector.spans.find(
        (span) =>
          span.service === service &&
          span.name === name &&
          span.kind === kind &&
          (traceId === undefined || span.traceId === traceId),
      )
    await expect.poll(matching, { timeout: 30_000, message: `${name} of ${service}` }).toBeDefined()
    return matching()!
  }
  const method = 'fairlead.jobs.v1.JobService/CreateJob'
  const call = await spanOf('fairlead-browser', method, 'client')
  expect(call).toMatchObject({ parentSpanId: '', attributes: { 'rpc.response.status_code': 'OK' } })
  const { traceId } = call
  const front = await spanOf('fairlead-envoy', 'grpc-web', 'server', traceId)
  expect(front.parentSpanId).toBe(call.spanId)
  const forwarded = await spanOf('fairlead-envoy', 'router backend_grpc egress', 'client', traceId)
  expect(forwarded.parentSpanId).toBe(front.spanId)
  const answered = await spanOf('fairlead-backend', method, 'server', traceId)
  expect(answered.parentSpanId).toBe(forwarded.spanId)
  const task = await spanOf('fairlead-worker', 'cutout task', 'consumer', traceId)
  expect(task.parentSpanId).toBe(answered.spanId)

  const pages = collector.spans.filter(({ service }) => service === 'fairlead-browser')
  const told = new Set(pages.flatMap(({ attributes }) => Object.keys(attributes)))
  expect([...told].sort()).toEqual(['rpc.method', 'rpc.response.status_code', 'rpc.system.name'])
})
