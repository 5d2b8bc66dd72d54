import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createDataSource } from '../../../../backend/src/database/index.ts'
import { startTestIssuer, type TestIssuer } from '../../../../backend/src/testing/issuer.ts'
import { startPostgresServer } from '../../../../backend/src/testing/postgres-server.ts'
import { count, print } from './testing/counted.ts'
import { makePeople, nameOf, type People, tellOfCompletion } from './testing/people.ts'
import { ensurePages, type Frontend, startSystem } from './testing/system.ts'
import { refusedWith, Visitor } from './testing/visitor.ts'

// A frontend as a process, real backend and worker behind it; one well-behaved client looks on all the time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const ONLOOKER = 0
const USERS = 30

const started = new AsyncDisposableStack()
let issuer: TestIssuer
let frontend: Frontend
let people: People
let writer: pg.Client
let onlooker: Visitor
/** Everything that must never be printed. */
const secrets: string[] = []
let nextUser = ONLOOKER + 1

beforeAll(async () => {
  await ensurePages()
  const postgres = await startPostgresServer()
  started.defer(() => postgres.stop())
  issuer = await startTestIssuer()
  started.defer(() => issuer.stop())
  const system = await startSystem(started, { postgres, issuer, name: 'bad_input' })
  secrets.push(new URL(String(system.busSettings['FAIRLEAD_PUSH_DATABASE_URL'])).password)
  const dataSource = await createDataSource(system.databaseUrl).initialize()
  started.defer(() => dataSource.destroy())
  people = await makePeople(dataSource, issuer.oidc.issuer, USERS)
  writer = new pg.Client({ connectionString: system.databaseUrl })
  await writer.connect()
  started.defer(() => writer.end())
  frontend = await system.startFrontend({ env: { FAIRLEAD_LOG_LEVEL: 'trace' } })
  onlooker = await Visitor.greeted(frontend.port, await tokenOf(ONLOOKER))
})

afterAll(() => started.disposeAsync())

async function tokenOf(user: number, claims: Record<string, unknown> = {}): Promise<string> {
  const name = nameOf(user)
  const token = await issuer.sign({ sub: `dev-${name}`, email: `${name}@example.org`, ...claims })
  secrets.push(token)
  return token
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
const hello = (token: unknown, resume: unknown = null) => ({ type: 'hello', token, resume })

type Misbehave = (visitor: Visitor, user: number) => void | Promise<void>

const beforeHello: [string, number, Misbehave][] = [
  ['says nothing for 10 s', 4408, () => undefined],
  ['says hello without a token', 4400, (visitor) => visitor.say({ type: 'hello', resume: null })],
  ['says hello with an empty token', 4400, (visitor) => visitor.say(hello(''))],
  ['says hello with an object for a token', 4400, (visitor) => visitor.say(hello({ $ne: null }))],
  ['says hello with what is no token', 4401, (visitor) => visitor.say(hello('s3cret-and-wrong'))],
  [
    'shows an expired token',
    4401,
    async (visitor, user) => visitor.say(hello(await tokenOf(user, { exp: inSeconds(-120) }))),
  ],
  [
    'shows a token of another audience',
    4401,
    async (visitor, user) => visitor.say(hello(await tokenOf(user, { aud: 'elsewhere' }))),
  ],
  [
    'resumes from a sequence that is none',
    4400,
    async (visitor, user) => visitor.say(hello(await tokenOf(user), -1)),
  ],
  [
    'renews a token before it showed one',
    4400,
    async (visitor, user) => visitor.say({ type: 'token', token: await tokenOf(user) }),
  ],
  ['sends what is no JSON', 4400, (visitor) => visitor.socket.send('hello')],
  ['sends JSON that is no message', 4400, (visitor) => visitor.socket.send('[[[["hello"]]]]')],
  ['sends a message of an unknown type', 4400, (visitor) => visitor.say({ type: 'shutdown' })],
  ['sends bytes', 4400, (visitor) => visitor.socket.send(Buffer.from('{"type":"pong"}'), { binary: true })],
  ['sends a frame of 1 MB', 1009, (visitor) => visitor.socket.send('x'.repeat(1_000_000))],
  [
    'sends 1 MB in frames of 1 kB that are one message',
    1009,
    (visitor) => {
      for (let part = 0; part < 1_000; part++) visitor.socket.send('x'.repeat(1_000), { fin: false })
    },
  ],
]

const afterHello: [string, number, Misbehave][] = [
  ['says hello twice', 4400, async (visitor, user) => visitor.say(hello(await tokenOf(user)))],
  [
    'renews with a token of another user',
    4403,
    async (visitor, user) => visitor.say({ type: 'token', token: await tokenOf(user === 1 ? 2 : 1) }),
  ],
  [
    'renews with an expired token',
    4401,
    async (visitor, user) =>
      visitor.say({ type: 'token', token: await tokenOf(user, { exp: inSeconds(-120) }) }),
  ],
  [
    'floods',
    4429,
    (visitor) => {
      for (let message = 0; message < 10_000; message++) visitor.say({ type: 'pong' })
    },
  ],
  ['sends a frame of 1 MB', 1009, (visitor) => visitor.socket.send('x'.repeat(1_000_000))],
]

describe('a client that', () => {
  test.concurrent.each(beforeHello)('%s is closed with %i', async (_name, code, misbehave) => {
    const user = nextUser++
    const visitor = await Visitor.come(frontend.port)
    await misbehave(visitor, user)
    expect(await visitor.closed).toBe(code)
    expect(visitor.said).toEqual([])
  })

  test.concurrent.each(afterHello)('%s, once let in, is closed with %i', async (_name, code, misbehave) => {
    const user = nextUser++
    const visitor = await Visitor.greeted(frontend.port, await tokenOf(user))
    await misbehave(visitor, user)
    expect(await visitor.closed).toBe(code)
  })

  test.concurrent.each(['https://evil.example', 'http://localhost:10001', 'null', undefined])(
    'comes from the origin %s gets 403',
    async (origin) => {
      expect(await refusedWith(frontend.port, origin)).toBe(403)
    },
  )

  test.concurrent('stays on past its token is closed with 4401 when that expires', async () => {
    const exp = inSeconds(4)
    const visitor = await Visitor.greeted(frontend.port, await tokenOf(nextUser++, { exp }))
    expect(await visitor.closed).toBe(4401)
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000)
  })

  test.concurrent('opens a 21st socket loses its first', async () => {
    const token = await tokenOf(nextUser++)
    const first = await Visitor.greeted(frontend.port, token)
    const others = await Promise.all(Array.from({ length: 20 }, () => Visitor.greeted(frontend.port, token)))
    expect(await first.closed).toBe(4409)
    expect(others.every(({ socket }) => socket.readyState === socket.OPEN)).toBe(true)
    for (const other of others) other.leave()
  })

  test.concurrent('resumes from the future is set back, and told from there on', async () => {
    const user = nextUser++
    const visitor = await Visitor.greeted(frontend.port, await tokenOf(user), 1_000_000)
    expect(await visitor.hears('reset')).toEqual({ type: 'reset', lastSequence: 0 })
    await tellOfCompletion(writer, people, [user])
    await visitor.hears('notification')
    expect(visitor.sequences()).toEqual([1])
    visitor.leave()
  })
})

describe('after all of them', () => {
  test('the well-behaved client is still there, and is told everything once', async () => {
    const messages = 50
    for (let message = 0; message < messages; message++) await tellOfCompletion(writer, people, [ONLOOKER])
    await expect.poll(() => onlooker.sequences().length).toBe(messages)
    const counted = count([messages], [onlooker.sequences()])
    print('beside bad input', counted)
    expect(counted).toEqual({ sent: messages, received: messages, missing: 0, repeated: 0 })
    expect(onlooker.socket.readyState).toBe(onlooker.socket.OPEN)
  })

  test('nothing secret was printed, at the most talkative level', () => {
    const log = frontend.log()
    expect(log.length).toBeGreaterThan(100)
    expect(secrets.length).toBeGreaterThan(15)
    for (const secret of secrets) {
      expect(log.includes(secret)).toBe(false)
      // Nor a part that is as good as the whole.
      expect(log.includes(secret.slice(-40))).toBe(false)
    }
    expect(log).not.toContain('s3cret')
  })
})
