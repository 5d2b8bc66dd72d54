import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createLog } from '../log.ts'
import { createTestDatabase } from '../testing/database.ts'
import { createTracing } from './open-telemetry.ts'
import { activeSpan, activeTraceparent, quietly, traced, within } from './span.ts'
import { openTracing, type Tracing } from './tracing.ts'

const silent = pino({ level: 'silent' })
/** Takes what is sent, and forgets it. */
const collector = createServer((request, response) => request.resume().on('end', () => response.end('{}')))
let endpoint: string
beforeAll(async () => {
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
})
afterAll(() => {
  collector.closeAllConnections()
  collector.close()
})
const opened: Tracing[] = []
const tracing = (ratio = 1, log = silent) => {
  const made = createTracing({ process: 'test', settings: { endpoint, ratio }, log, intervalMs: 20 })
  opened.push(made)
  return made
}
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test('a span goes on with the trace that came in, and as it was decided there', () => {
  const sampled = tracing(0).begin('call', { kind: 'server', parent })
  expect(sampled.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
  expect(sampled.traceparent).toMatch(
    /^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/,
  )
  const unsampled = tracing(1).begin('call', { kind: 'server', parent: parent.replace(/01$/, '00') })
  expect(unsampled).toMatchObject({ traceId: sampled.traceId, sampled: false })
})

test.each([
  undefined,
  '',
  'garbage',
  '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
  'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'; drop table jobs`,
])('of %j a trace of its own is begun', (bad) => {
  const span = tracing().begin('call', { kind: 'server', parent: bad })
  expect(span.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(span.traceId).not.toBe('4bf92f3577b34da6a3ce929d0e0e4736')
  expect(span.sampled).toBe(true)
})

test('what is awaited is a part of the span, until it ends', async () => {
  expect(activeSpan()).toBeUndefined()
  const span = tracing().begin('call', { kind: 'server', parent })
  const reached = Promise.withResolvers<void>()
  const late = Promise.withResolvers<void>()
  let afterwards: unknown = 'not looked'
  const loop = within(span, async () => {
    expect(activeTraceparent()).toBe(span.traceparent)
    await new Promise((resolve) => setImmediate(resolve))
    expect(activeSpan()).toBe(span)
    reached.resolve()
    await late.promise
    afterwards = activeSpan()
  })
  await reached.promise
  span.end()
  late.resolve()
  await loop
  expect(afterwards).toBeUndefined()
  expect(activeSpan()).toBeUndefined()
})

test('quiet work is of the trace, and makes and keeps nothing of it', () => {
  const span = tracing().begin('stream', { kind: 'server', parent })
  within(span, () =>
    quietly(() => {
      expect(activeSpan()?.traceId).toBe(span.traceId)
      expect(activeTraceparent()).toBeNull()
      expect(activeSpan()?.ended).toBe(false)
      span.end()
      expect(activeSpan()).toBeUndefined()
    }),
  )
})

test('a statement is a span with its text, and with nothing of its parameters', async () => {
  const database = await createTestDatabase()
  const span = tracing().begin('call', { kind: 'server', parent })
  const child = vi.spyOn(span, 'child')
  const email = 'somebody@example.org'
  await within(span, async () => {
    await database.dataSource.query('select id from users where email = $1', [email])
    await database.dataSource.transaction(async (manager) => manager.query('select $1::text as x', [email]))
  })
  await database.drop()
  expect(child.mock.calls.map(([name]) => name)).toEqual(['select users', 'select'])
  expect(JSON.stringify(child.mock.calls)).not.toContain(email)
  expect(child.mock.calls[0]?.[2]).toMatchObject({ 'db.query.text': 'select id from users where email = $1' })
})

test('a failure is told by its code and not by what it says', async () => {
  const span = tracing().begin('call', { kind: 'server', parent })
  const inner = span.child('inner', 'internal')
  const fail = vi.spyOn(inner, 'fail')
  vi.spyOn(span, 'child').mockReturnValue(inner)
  const error = Object.assign(new Error('somebody@example.org is known'), { code: '23505' })
  await expect(
    within(span, () => traced('inner', 'internal', {}, async () => Promise.reject(error))),
  ).rejects.toBe(error)
  expect(fail.mock.calls).toEqual([['23505']])
  expect(inner.ended).toBe(true)
})

test('lines of what is traced say which trace, and others nothing', () => {
  const lines: string[] = []
  const log = createLog({ name: 'test', level: 'info', traced: true }, { write: (line) => lines.push(line) })
  const span = tracing().begin('call', { kind: 'server', parent })
  within(span, () => log.child({ requestId: 'r' }).info('within'))
  log.info('without')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ requestId: 'r', traceId: span.traceId })
  expect(lines[1]).not.toContain('traceId')
})

test('a collector that is away is told of once', async () => {
  const warn = vi.fn()
  const info = vi.fn()
  // Nobody listens there.
  endpoint = 'http://127.0.0.1:9'
  const made = tracing(1, { ...silent, warn, info } as unknown as typeof silent)
  for (let round = 0; round < 3; round++) {
    made.begin('call', { kind: 'server', parent }).end()
    await expect.poll(() => warn.mock.calls.length).toBe(1)
  }
})

test('unset, nothing of OpenTelemetry is imported, by anyone', async () => {
  expect(await openTracing({ process: 'test', settings: undefined, log: silent })).toBeUndefined()
  const source = fileURLToPath(new URL('..', import.meta.url))
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const importing = (what: RegExp) =>
    files.filter((file) => !file.endsWith('.test.ts') && what.test(readFileSync(`${source}/${file}`, 'utf8')))
  expect(importing(/from '@opentelemetry/)).toEqual(['tracing/open-telemetry.ts'])
  expect(importing(/^import .*open-telemetry\.ts'/m)).toEqual([])
})
