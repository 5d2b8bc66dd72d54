import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { status } from '@grpc/grpc-js'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { SocketLimits } from './socket-limits.ts'
import type { TestClient } from './testing/client.ts'
import { Inboxes } from './testing/inboxes.ts'
import { TestBus } from './testing/test-bus.ts'
import { ORIGIN, startTestFrontend, type TestFrontend } from './testing/test-frontend.ts'

let logged = ''
const log = pino(
  { level: 'trace' },
  new Writable({
    write(chunk, _encoding, done) {
      logged += chunk
      done()
    },
  }),
)

const inboxes = new Inboxes()
let bus: TestBus
let userId: string
let token: string

beforeAll(() => inboxes.start())
afterAll(() => inboxes.stop())
beforeEach(() => {
  bus = new TestBus()
  userId = randomUUID()
  token = `secret-${randomUUID()}`
  inboxes.accept(token, userId)
})
afterEach(() => {
  inboxes.failure = undefined
  inboxes.gate = Promise.resolve()
})
afterAll(() => {
  expect(logged).toContain('asking the clients to connect elsewhere')
  expect(logged).not.toContain('secret-')
})

async function start(limits: Partial<SocketLimits> = {}): Promise<TestFrontend> {
  const frontend = await startTestFrontend(inboxes, bus, log, limits)
  onTestFinished(() => frontend.close())
  return frontend
}

const until = <Value>(condition: () => Value) => vi.waitUntil(condition, { timeout: 10_000, interval: 10 })
const ready = (client: TestClient) => until(() => client.ready)
const closedWith = (client: TestClient) => until(() => client.closeCode)
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** What /ws answers to an upgrade that it does not make. */
async function refusal(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const socket = new WebSocket(url, { headers })
  socket.on('error', () => undefined)
  const [, response] = await once(socket, 'unexpected-response')
  response.resume()
  return response.statusCode
}

describe('a hello', () => {
  it('is answered with where the inbox stands', async () => {
    const frontend = await start()
    inboxes.write(userId, 3)
    const client = await frontend.hello(token)
    await ready(client)
    expect(client.frames[0]).toEqual({
      type: 'ready',
      lastSequence: 3,
      unreadCount: 3,
      user: `users/${userId}`,
    })
  })

  it('with a token that the backend refuses is closed with 4401', async () => {
    const client = await (await start()).hello('no-such-token')
    expect(await closedWith(client)).toBe(4401)
    expect(bus.bound).toEqual([])
  })

  it.each([status.UNAVAILABLE, status.INTERNAL, status.RESOURCE_EXHAUSTED])(
    'that the backend cannot check (%d) is closed with 1013',
    async (failure) => {
      inboxes.failure = failure
      const client = await (await start()).hello(token)
      expect(await closedWith(client)).toBe(1013)
    },
  )

  it('that does not come is closed with 4408', async () => {
    const client = await (await start({ helloMs: 50 })).connect()
    expect(await closedWith(client)).toBe(4408)
  })
})

describe('what is not understood', () => {
  const hello = { type: 'hello', token: 'secret-x', resume: null }
  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['no object', '7'],
    ['another type', JSON.stringify({ type: 'subscribe' })],
    ['a token before hello', JSON.stringify({ type: 'token', token: 'secret-x' })],
    ['a hello without resume', JSON.stringify({ type: 'hello', token: 'secret-x' })],
    ['a negative resume', JSON.stringify({ ...hello, resume: -1 })],
    ['half a resume', JSON.stringify({ ...hello, resume: 0.5 })],
    ['an unsafe resume', '{"type":"hello","token":"secret-x","resume":1e300}'],
    ['a token with a line break', JSON.stringify({ ...hello, token: 'secret-\r\nx: y' })],
    ['an empty token', JSON.stringify({ ...hello, token: '' })],
    ['what nobody asked for', JSON.stringify({ ...hello, user: 'users/other' })],
    ['binary', Buffer.from(JSON.stringify(hello))],
  ])('closes with 4400: %s', async (_name, data) => {
    const client = await (await start()).connect()
    client.socket.send(data)
    expect(await closedWith(client)).toBe(4400)
  })

  it('closes with 4400: a second hello', async () => {
    const client = await (await start()).hello(token)
    await ready(client)
    client.send({ type: 'hello', token, resume: null })
    expect(await closedWith(client)).toBe(4400)
  })

  it('closes with 1009: a frame of more than 16 KiB', async () => {
    const client = await (await start()).connect()
    client.socket.send('x'.repeat(1_000_000))
    expect(await closedWith(client)).toBe(1009)
  })

  it('closes with 4429: a flood', async () => {
    const client = await (await start()).hello(token)
    await ready(client)
    for (let count = 0; count < 19; count++) client.send({ type: 'pong' })
    bus.push(...inboxes.write(userId))
    await until(() => client.sequences.length === 1)
    client.send({ type: 'pong' })
    expect(await closedWith(client)).toBe(4429)
  })
})

describe('an upgrade', () => {
  it.each([
    ['another site', { origin: 'https://evil.example.org' }],
    ['the same host by another protocol', { origin: ORIGIN.replace('https', 'http') }],
    ['a name that only begins alike', { origin: `${ORIGIN}.evil.example.org` }],
    ['no page', {}],
  ])('of %s is refused with 403', async (_name, headers) => {
    const { port } = await start()
    expect(await refusal(`ws://127.0.0.1:${port}/ws`, headers as Record<string, string>)).toBe(403)
  })

  it('elsewhere is answered with 404', async () => {
    const { port } = await start()
    expect(await refusal(`ws://127.0.0.1:${port}/wsx`, { origin: ORIGIN })).toBe(404)
  })
})

describe('notifications', () => {
  it('come to all tabs of their user, on all frontends, and to nobody else', async () => {
    const frontends = [await start(), await start()]
    const clients = await Promise.all(
      frontends.flatMap((frontend) => [frontend.hello(token), frontend.hello(token)]),
    )
    inboxes.accept('secret-other', randomUUID())
    const other = await frontends[0]!.hello('secret-other')
    await Promise.all([...clients, other].map(ready))
    bus.push(...inboxes.write(userId, 5))
    await until(() => clients.every(({ sequences }) => sequences.length === 5))
    for (const { sequences } of clients) expect(sequences).toEqual(upTo(5))
    expect(clients[0]!.typed('notification')[0]).toEqual({
      type: 'notification',
      notification: {
        name: 'users/me/notifications/1',
        sequence: 1,
        eventType: 'jobs.completed',
        title: 'Job 1 completed',
        createTime: '1970-01-01T00:00:00.000Z',
      },
    })
    expect(other.sequences).toEqual([])
  })

  it('are no longer received for a user whose last tab is closed', async () => {
    const frontend = await start()
    const [one, two] = [await frontend.hello(token), await frontend.hello(token)]
    await Promise.all([ready(one), ready(two)])
    one.socket.close()
    await until(() => frontend.served.hub.figures.sockets === 1)
    expect(bus.bound).toEqual([userId])
    two.socket.close()
    await until(() => bus.bound.length === 0)
    expect(frontend.served.hub.figures).toMatchObject({ sockets: 0, users: 0 })
  })

  it('that were missed are replayed, page by page, before those that come meanwhile', async () => {
    const frontend = await start()
    inboxes.write(userId, 1_000)
    const client = await frontend.hello(token, 3)
    await ready(client)
    bus.push(...inboxes.write(userId, 10))
    await until(() => client.sequences.length >= 1_007)
    expect(client.sequences).toEqual(upTo(1_010, 4))
    // So that they are not counted twice.
    await until(() => client.typed('inbox').at(-1)?.unreadCount === 1_010)
  })

  it('begin anew for a client that was ahead', async () => {
    const frontend = await start()
    inboxes.write(userId, 2)
    const client = await frontend.hello(token, 99)
    await until(() => client.typed('reset').length === 1)
    expect(client.frames.map(({ type, lastSequence }) => [type, lastSequence])).toEqual([
      ['ready', 2],
      ['reset', 2],
    ])
    bus.push(...inboxes.write(userId))
    await until(() => client.sequences.length === 1)
    expect(client.sequences).toEqual([3])
  })

  it.each<[string, (pushes: ReturnType<Inboxes['write']>) => void]>([
    ['a gap', (pushes) => bus.push(...pushes.slice(3))],
    ['repeats and a wrong order', (pushes) => bus.push(...pushes.toReversed(), ...pushes)],
    ['a head', () => bus.head({ userId, lastSequence: 5 })],
    [
      'texts too large to be pushed',
      (pushes) => bus.push(...pushes.map((push) => ({ ...push, notification: undefined }))),
    ],
    ['a lost bus', () => bus.resync()],
  ])('come once and in order after %s', async (_name, tell) => {
    const client = await (await start()).hello(token)
    await ready(client)
    tell(inboxes.write(userId, 5))
    await until(() => client.sequences.length >= 5)
    bus.push(...inboxes.write(userId))
    await until(() => client.sequences.length >= 6)
    expect(client.sequences).toEqual(upTo(6))
  })

  it('that are pushed before the user is bound, and after the backend looked, are found', async () => {
    const frontend = await start()
    const gate = Promise.withResolvers<void>()
    bus.gate = gate.promise
    const client = await frontend.hello(token)
    await until(() => frontend.served.hub.figures.users === 1)
    bus.push(...inboxes.write(userId))
    gate.resolve()
    await until(() => client.sequences.length === 1)
    expect(client.frames.map(({ type }) => type)).toEqual(['ready', 'notification'])
  })

  it('are looked for now and then, whatever the bus tells', async () => {
    const client = await (await start({ verifyMs: 50 })).hello(token)
    await ready(client)
    inboxes.write(userId)
    await until(() => client.sequences.length === 1)
  })

  it('that are read elsewhere change the count', async () => {
    const client = await (await start()).hello(token)
    await ready(client)
    bus.push(...inboxes.write(userId, 2), inboxes.readAll(userId))
    await until(() => client.typed('inbox').length === 1)
    expect(client.frames.at(-1)).toEqual({ type: 'inbox', lastSequence: 2, unreadCount: 0 })
  })

  it('that were missed come when the backend is back', async () => {
    const client = await (await start()).hello(token)
    await ready(client)
    await until(() => inboxes.replays > 0)
    inboxes.failure = status.UNAVAILABLE
    const asked = inboxes.replays
    bus.push(...inboxes.write(userId, 3).slice(2))
    await until(() => inboxes.replays >= asked + 3)
    expect(client.closeCode).toBeUndefined()
    inboxes.failure = undefined
    await until(() => client.sequences.length === 3)
    expect(client.sequences).toEqual(upTo(3))
  })
})

describe('after a lost bus', () => {
  it('every socket asks the backend, a few at a time', async () => {
    const frontend = await start({ resyncsPerSecond: 1_000_000 })
    const people = Array.from({ length: 200 }, () => ({ id: randomUUID(), token: `secret-${randomUUID()}` }))
    for (const person of people) inboxes.accept(person.token, person.id)
    const clients = await Promise.all(people.map((person) => frontend.hello(person.token)))
    await Promise.all(clients.map(ready))
    await until(() => frontend.served.hub.figures.replays === 200)
    for (const { id } of people) inboxes.write(id, 2)
    const gate = Promise.withResolvers<void>()
    inboxes.gate = gate.promise
    inboxes.mostCalls = 0
    bus.resync()
    await until(() => inboxes.mostCalls >= 16)
    gate.resolve()
    await until(() => clients.every(({ sequences }) => sequences.length === 2))
    expect(inboxes.mostCalls).toBe(16)
  })
})

describe('a token', () => {
  const expiring = (ms: number) => {
    inboxes.accept(token, userId, new Date(Date.now() + ms))
  }

  it('ends its socket, with 4401, when it expires', async () => {
    expiring(400)
    const client = await (await start()).hello(token)
    await ready(client)
    const deadline = Date.now()
    expect(await closedWith(client)).toBe(4401)
    expect(Date.now() - deadline).toBeGreaterThan(100)
  })

  it('takes the place of one that expires', async () => {
    expiring(600)
    const client = await (await start()).hello(token)
    await ready(client)
    const next = `secret-${randomUUID()}`
    inboxes.accept(next, userId)
    client.send({ type: 'token', token: next })
    await new Promise((resolve) => setTimeout(resolve, 700))
    inboxes.revoke(token)
    bus.push(...inboxes.write(userId, 2).slice(1))
    await until(() => client.sequences.length === 2)
    expect(client.closeCode).toBeUndefined()
  })

  it('of another user is refused with 4403', async () => {
    const client = await (await start()).hello(token)
    await ready(client)
    inboxes.accept('secret-of-another', randomUUID())
    client.send({ type: 'token', token: 'secret-of-another' })
    expect(await closedWith(client)).toBe(4403)
  })

  it('that is refused ends the socket with 4401', async () => {
    const client = await (await start()).hello(token)
    await ready(client)
    client.send({ type: 'token', token: 'secret-nobody-knows' })
    expect(await closedWith(client)).toBe(4401)
  })

  it('that was revoked ends the socket with 4401 at the next replay', async () => {
    const client = await (await start()).hello(token)
    await ready(client)
    inboxes.revoke(token)
    bus.head({ userId, lastSequence: 4 })
    expect(await closedWith(client)).toBe(4401)
  })

  it('that comes while the one before is being refused takes its place', async () => {
    const client = await (await start()).hello(token)
    await ready(client)
    const next = `secret-${randomUUID()}`
    inboxes.accept(next, userId)
    inboxes.write(userId)
    inboxes.revoke(token)
    const gate = Promise.withResolvers<void>()
    inboxes.gate = gate.promise
    inboxes.mostCalls = 0
    bus.head({ userId, lastSequence: 1 })
    await until(() => inboxes.mostCalls === 1)
    client.send({ type: 'token', token: next })
    // The server has read it when it answers the ping behind it.
    client.socket.ping()
    await once(client.socket, 'pong')
    gate.resolve()
    await until(() => client.sequences.length === 1)
    expect(client.closeCode).toBeUndefined()
  })

  it('that could not be checked in time ends the socket with 1013', async () => {
    expiring(400)
    const client = await (await start()).hello(token)
    await ready(client)
    inboxes.failure = status.UNAVAILABLE
    client.send({ type: 'token', token: 'secret-unchecked' })
    expect(await closedWith(client)).toBe(1013)
  })
})

describe('limits', () => {
  it('close the oldest socket of a user with too many, with 4409', async () => {
    const frontend = await start({ socketsPerUser: 2 })
    const clients: TestClient[] = []
    for (let count = 0; count < 4; count++) {
      const client = await frontend.hello(token)
      await ready(client)
      clients.push(client)
    }
    await until(() => clients[1]?.closeCode)
    expect(clients.map(({ closeCode }) => closeCode)).toEqual([4409, 4409, undefined, undefined])
    bus.push(...inboxes.write(userId))
    await until(() => clients[3]?.sequences.length === 1)
  })

  it('send sockets beyond those of the process away with 1013', async () => {
    const frontend = await start({ sockets: 2 })
    const clients = [await frontend.hello(token), await frontend.hello(token)]
    await Promise.all(clients.map(ready))
    expect(await closedWith(await frontend.connect())).toBe(1013)
    clients[0]!.socket.close()
    await until(() => frontend.served.hub.size === 1)
    await ready(await frontend.hello(token))
  })

  it('cut off a client that does not read, and no other', async () => {
    const frontend = await start({ closeMs: 100 })
    const [slow, quick] = [await frontend.hello(token), await frontend.hello(token)]
    await Promise.all([ready(slow), ready(quick)])
    slow.socket.pause()
    const body = 'x'.repeat(200_000)
    for (let count = 1; count <= 100; count++) {
      bus.push(...inboxes.write(userId, 1, body))
      await until(() => quick.sequences.length === count)
    }
    await until(() => frontend.served.hub.figures.sockets === 1)
    expect(frontend.served.hub.figures.closes.get(4413)).toBe(1)
    expect(quick.sequences).toEqual(upTo(100))
  })

  it('let a slow client take its time over a replay', async () => {
    const frontend = await start()
    inboxes.write(userId, 300, 'x'.repeat(20_000))
    const client = await frontend.hello(token, 0)
    client.socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 300))
    client.socket.resume()
    await until(() => client.sequences.length === 300)
    expect(client.sequences).toEqual(upTo(300))
  })
})

describe('pings', () => {
  it('keep a client that answers, and end one that does not', async () => {
    const frontend = await start({ pingMs: 60 })
    const [there, gone] = [await frontend.hello(token), await frontend.hello(token)]
    gone.answersPings = false
    await Promise.all([ready(there), ready(gone)])
    expect(await closedWith(gone)).toBe(1006)
    expect(gone.typed('ping')).toHaveLength(2)
    expect(there.closeCode).toBeUndefined()
  })
})

describe('a drain', () => {
  it('asks clients to come back later, closes with 1012 and ends, whoever does not answer', async () => {
    const frontend = await start()
    const clients = await Promise.all(Array.from({ length: 30 }, () => frontend.hello(token)))
    const others = clients.slice(10)
    await Promise.all(others.map(ready))
    const stuck = await frontend.connect()
    stuck.socket.pause()
    const ended = frontend.served.drain()
    expect(await refusal(`ws://127.0.0.1:${frontend.port}/ws`, { origin: ORIGIN })).toBe(503)
    await ended
    for (const client of others) {
      expect(await closedWith(client)).toBe(1012)
      expect(client.frames.at(-1)).toEqual({ type: 'reconnect', withinMs: 10_000 })
    }
    expect(frontend.served.hub.size).toBe(0)
  })
})
