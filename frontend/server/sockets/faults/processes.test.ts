import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createDataSource } from '../../../../backend/src/database/index.ts'
import { startTestIssuer } from '../../../../backend/src/testing/issuer.ts'
import { startPostgresServer } from '../../../../backend/src/testing/postgres-server.ts'
import { count, inOrder, perSecond, print } from './testing/counted.ts'
import { type LivePage, openLivePages } from './testing/live-pages.ts'
import { makePeople, nameOf, type People, tellOfCompletion } from './testing/people.ts'
import { ensurePages, type System, startSystem } from './testing/system.ts'
import { TcpProxy } from './testing/tcp-proxy.ts'

// Backend, worker and two frontends as processes; a thousand of the page's own live clients.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const PAGES = 1_000
const MESSAGES_PER_SECOND = 100
const SPREAD_MS = 10_000

const started = new AsyncDisposableStack()
let system: System
let people: People
let tokens: string[]
let writer: pg.Client
/** To the database, for frontends that listen. */
let bus: TcpProxy
/** Of all messages so far. */
let sent: number[]

beforeAll(async () => {
  await ensurePages()
  const postgres = await startPostgresServer()
  started.defer(() => postgres.stop())
  const issuer = await startTestIssuer()
  started.defer(() => issuer.stop())
  await issuer.rotate('ES256')
  system = await startSystem(started, { postgres, issuer, name: 'faults' })
  const dataSource = await createDataSource(system.databaseUrl).initialize()
  started.defer(() => dataSource.destroy())
  people = await makePeople(dataSource, issuer.oidc.issuer, PAGES)
  tokens = await Promise.all(people.userIds.map((_, user) => issuer.tokenOf(nameOf(user))))
  writer = new pg.Client({ connectionString: system.databaseUrl })
  await writer.connect()
  started.defer(() => writer.end())
  bus = await TcpProxy.start(started, Number(new URL(system.databaseUrl).port))
  sent = people.userIds.map(() => 0)
})

afterAll(() => started.disposeAsync())

/** Frontends that hear of messages through the proxy. */
function startFrontend() {
  const url = new URL(String(system.busSettings['FAIRLEAD_PUSH_DATABASE_URL']))
  url.port = String(bus.port)
  return system.startFrontend({ env: { FAIRLEAD_PUSH_DATABASE_URL: url.href } })
}

/** Sends to random pages until told to stop. */
function keepSending(): { stop(): Promise<void> } {
  const stopped = new AbortController()
  const sending = (async () => {
    const batch = MESSAGES_PER_SECOND / 20
    while (!stopped.signal.aborted) {
      const users = Array.from({ length: batch }, () => Math.floor(Math.random() * PAGES))
      await tellOfCompletion(writer, people, users)
      for (const user of users) sent[user] = (sent[user] ?? 0) + 1
      await setTimeout(50)
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await sending
    },
  }
}

const allAre = (pages: readonly LivePage[], state: string) => pages.every((page) => page.state() === state)
const sequencesOf = (pages: readonly LivePage[]) => pages.map(({ sequences }) => sequences)

/** Of what was sent after `before`, numbered from 1. */
const sequencesSince = (pages: readonly LivePage[], before: readonly number[]) =>
  pages.map((page, user) => page.sequences.map((sequence) => sequence - (before[user] ?? 0)))

async function expectEverythingOnce(what: string, pages: readonly LivePage[], before: readonly number[]) {
  const expected = sent.map((each, user) => each - (before[user] ?? 0))
  const total = expected.reduce((sum, each) => sum + each, 0)
  const counted = () => count(expected, sequencesSince(pages, before))
  await expect.poll(() => counted().missing, { timeout: 30_000 }).toBe(0)
  print(what, counted())
  expect(counted()).toEqual({ sent: total, received: total, missing: 0, repeated: 0 })
  expect(inOrder(sequencesSince(pages, before))).toBe(true)
  expect(pages.flatMap(({ surprises }) => surprises)).toEqual([])
}

test('a frontend killed with a thousand sockets: all come back within 10 s, and miss nothing', async () => {
  await using used = new AsyncDisposableStack()
  const [first, second] = await Promise.all([startFrontend(), startFrontend()])
  used.defer(() => void second.process.kill())
  const front = await TcpProxy.start(used, first.port)
  const pages = await openLivePages(used, {
    socketUrl: `ws://127.0.0.1:${front.port}/ws`,
    grpcAddress: system.grpcAddress,
    tokens,
  })
  await expect.poll(() => allAre(pages, 'live'), { timeout: 40_000 }).toBe(true)
  const before = [...sent]
  const messages = keepSending()
  await expect.poll(() => sequencesOf(pages).flat().length).toBeGreaterThan(100)

  front.target = second.port
  const killedAtMs = performance.now()
  first.process.kill('SIGKILL')
  await expect
    .poll(() => pages.filter(({ liveAtMs }) => liveAtMs.length === 2).length, { timeout: 30_000 })
    .toBe(PAGES)
  await messages.stop()

  const cameAtMs = front.cameAtMs.filter((atMs) => atMs > killedAtMs)
  const histogram = perSecond(cameAtMs, killedAtMs)
  process.stdout.write(`came back in each second after the kill: ${histogram.join(' ')}\n`)
  expect(cameAtMs.length).toBe(PAGES)
  expect(histogram.length).toBeGreaterThanOrEqual(SPREAD_MS / 1000)
  // Some come late when the machine is busy; each second's even share would be a tenth.
  expect(histogram.length).toBeLessThanOrEqual(SPREAD_MS / 1000 + 3)
  expect(Math.max(...histogram)).toBeLessThan(PAGES / 4)
  await expectEverythingOnce('frontend killed', pages, before)
})

test('the connection to the bus lost for 3 s, twice, while messages flow: nothing is missed', async () => {
  await using used = new AsyncDisposableStack()
  const frontend = await startFrontend()
  used.defer(() => void frontend.process.kill())
  const pages = await openLivePages(used, {
    socketUrl: `ws://127.0.0.1:${frontend.port}/ws`,
    grpcAddress: system.grpcAddress,
    tokens,
  })
  await expect.poll(() => allAre(pages, 'live'), { timeout: 40_000 }).toBe(true)
  const before = [...sent]
  const messages = keepSending()
  for (let time = 0; time < 2; time++) {
    const toCome = sequencesOf(pages).flat().length + 100
    await expect.poll(() => sequencesOf(pages).flat().length).toBeGreaterThan(toCome)
    bus.cut()
    await setTimeout(3_000)
    bus.isCut = false
  }
  await messages.stop()
  await expectEverythingOnce('bus lost', pages, before)
  // No page noticed.
  expect(pages.every(({ liveAtMs }) => liveAtMs.length === 1)).toBe(true)
})
