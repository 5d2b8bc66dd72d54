import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { serveMetrics } from './serve-metrics.ts'
import { Inboxes } from './testing/inboxes.ts'
import { TestBus } from './testing/test-bus.ts'
import { startTestFrontend } from './testing/test-frontend.ts'

it('figures tell of sockets, what is sent on them, and why they end', async () => {
  const inboxes = new Inboxes()
  await inboxes.start()
  onTestFinished(() => inboxes.stop())
  const bus = new TestBus()
  const frontend = await startTestFrontend(inboxes, bus, pino({ level: 'silent' }))
  onTestFinished(() => frontend.close())
  const metrics = await serveMetrics({ host: '127.0.0.1', port: 0 }, frontend.served)
  onTestFinished(() => metrics.close())

  const userId = randomUUID()
  inboxes.accept('token', userId)
  const client = await frontend.hello('token')
  await vi.waitUntil(() => client.ready, { timeout: 5_000 })
  bus.push(...inboxes.write(userId, 3))
  await vi.waitUntil(() => client.sequences.length === 3, { timeout: 5_000 })
  const refused = await frontend.hello('none')
  await vi.waitUntil(() => refused.closeCode, { timeout: 5_000 })

  const read = async () => (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text()
  // Read twice: a figure is what it is, however often it is asked for.
  await read()
  const text = await read()
  expect(text).toContain('fairlead_sockets_open 1\n')
  expect(text).toContain('fairlead_sockets_users 1\n')
  expect(text).toContain('fairlead_sockets_bus_connected 1\n')
  expect(text).toContain('fairlead_sockets_notifications_total 3\n')
  expect(text).toContain('fairlead_sockets_closed_total{code="4401"} 1\n')
  expect(text).toContain('nodejs_heap_size_used_bytes')
  expect((await fetch(`http://127.0.0.1:${metrics.port}/`)).status).toBe(404)
})
