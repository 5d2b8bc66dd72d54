import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type InboxPosition, type LiveClient, type LiveState, startLiveClient } from './live-client'
import { SimulatedServer } from './testing/simulated-server'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const second = 1_000

interface Watched {
  readonly client: LiveClient
  readonly seen: { sequence: number; text: string }[]
  readonly states: LiveState[]
  readonly inboxes: InboxPosition[]
  readonly resets: number[]
  readonly signedOut: () => void
}

function watch(server: SimulatedServer, random: () => number = () => 0.5): Watched {
  const watched = {
    seen: [] as Watched['seen'],
    states: [] as LiveState[],
    inboxes: [] as InboxPosition[],
    resets: [] as number[],
    signedOut: vi.fn(),
  }
  const client = startLiveClient({
    url: 'ws://fairlead.test/ws',
    source: server.source,
    browser: server.browser,
    WebSocket: server.WebSocket,
    random,
    listener: {
      onState: (state) => watched.states.push(state),
      onNotification: ({ sequence, title }) => watched.seen.push({ sequence: Number(sequence), text: title }),
      onInbox: (inbox) => watched.inboxes.push(inbox),
      onReset: (lastSequence) => watched.resets.push(lastSequence),
      onSignedOut: watched.signedOut,
    },
  })
  return { client, ...watched }
}

const after = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const texts = ({ seen }: Watched) => seen.map(({ text }) => text)

/** A client that is live, with two notifications from before the page. */
async function live(random?: () => number) {
  const server = new SimulatedServer()
  server.append('old 1')
  server.append('old 2')
  const watched = watch(server, random)
  await after(second)
  expect(watched.client.state()).toBe('live')
  return { server, watched, client: watched.client }
}

/** Answers the watchdog: a server's pings for so many seconds. */
async function pingFor(server: SimulatedServer, seconds: number) {
  for (let passed = 0; passed < seconds; passed += 25) {
    server.tell({ type: 'ping' })
    await after(Math.min(25, seconds - passed) * second)
  }
}

describe('a live client', () => {
  test('resumes from where the inbox stood, and hears of what comes then', async () => {
    const { server, watched, client } = await live()
    expect(server.allConnections[0]!.heard[0]).toEqual({ type: 'hello', token: 'token-1', resume: 2 })
    server.append('new 1')
    server.append('new 2')
    await after(second)
    expect(watched.seen).toEqual([
      { sequence: 3, text: 'new 1' },
      { sequence: 4, text: 'new 2' },
    ])
    expect(watched.inboxes.at(-1)).toEqual({ lastSequence: 2, unreadCount: 2 })
    client.close()
  })

  test('says from now on when it could not ask where the inbox stands', async () => {
    const server = new SimulatedServer()
    server.append('old')
    server.source.inbox = () => Promise.reject(new Error('busy'))
    const watched = watch(server)
    await after(second)
    expect(server.allConnections[0]!.heard[0]).toMatchObject({ resume: null })
    server.append('new')
    await after(second)
    expect(watched.seen).toEqual([{ sequence: 2, text: 'new' }])
    watched.client.close()
  })

  test('waits a few seconds for where the inbox stands, and no longer', async () => {
    const server = new SimulatedServer()
    server.append('old')
    server.callLatencyMs = () => 20 * second
    const watched = watch(server)
    await after(4 * second)
    expect(server.attempts).toHaveLength(0)
    await after(2 * second)
    expect(watched.client.state()).toBe('live')
    server.append('new')
    await pingFor(server, 50)
    // The answer that came at last has neither begun anew nor opened another socket.
    expect(watched.inboxes).toHaveLength(2)
    expect(server.attempts).toHaveLength(1)
    expect(watched.seen).toEqual([{ sequence: 2, text: 'new' }])
    watched.client.close()
  })

  test('is told in order of what came while it was away', async () => {
    const { server, watched, client } = await live()
    server.kill(1006)
    server.append('missed 1')
    server.append('missed 2')
    await after(second)
    expect(client.state()).toBe('connecting')
    expect(texts(watched)).toEqual([])
    await after(10 * second)
    expect(client.state()).toBe('live')
    expect(server.allConnections[1]!.heard[0]).toMatchObject({ resume: 2 })
    expect(texts(watched)).toEqual(['missed 1', 'missed 2'])
    client.close()
  })

  test('answers pings, and takes a minute of silence for death', async () => {
    const { server, client } = await live()
    await pingFor(server, 200)
    expect(server.attempts).toHaveLength(1)
    expect(server.allConnections[0]!.heard.filter(({ type }) => type === 'pong')).toHaveLength(8)
    // The last ping is 25 s ago.
    await after(34 * second)
    expect(client.state()).toBe('live')
    await after(2 * second)
    expect(client.state()).toBe('connecting')
    expect(server.connections.size).toBe(0)
    await after(10 * second)
    expect(client.state()).toBe('live')
    client.close()
  })

  test('asks for what the socket skipped, and hands on no repeats', async () => {
    const { server, watched, client } = await live()
    server.append('lost', true)
    server.append('after it')
    server.repeatLast()
    await after(second)
    expect(texts(watched)).toEqual(['lost', 'after it'])
    client.close()
  })

  test('asks for what an inbox message tells of and the socket does not bring', async () => {
    const { server, watched, client } = await live()
    server.append('lost', true)
    server.tell({ type: 'inbox', lastSequence: 3, unreadCount: 3 })
    await after(second)
    expect(watched.inboxes.at(-1)).toEqual({ lastSequence: 3, unreadCount: 3 })
    expect(texts(watched)).toEqual([])
    await after(5 * second)
    expect(texts(watched)).toEqual(['lost'])
    client.close()
  })

  test('begins anew after a reset, once', async () => {
    const { server, watched, client } = await live()
    server.restore(1)
    await after(10 * second)
    expect(watched.resets).toEqual([1])
    server.append('another 2')
    await after(second)
    expect(watched.seen).toEqual([{ sequence: 2, text: 'another 2' }])
    client.close()
  })

  test('does not take a `ready` that polling has overtaken for a reset', async () => {
    const { server, watched, client } = await live()
    server.kill(4409)
    await after(second)
    server.setHidden(true)
    await after(20 * second)
    // The socket is greeted after 40 ms and hears so after 60; the poll reads after 50 and is answered after 55.
    const latencies = [50, 5]
    server.callLatencyMs = () => latencies.shift() ?? 5
    server.setHidden(false)
    await after(45)
    server.append('overtaken')
    await after(11)
    expect(texts(watched)).toEqual(['overtaken'])
    expect(client.state()).toBe('polling')
    await after(second)
    expect(client.state()).toBe('live')
    expect(watched.resets).toEqual([])
    expect(texts(watched)).toEqual(['overtaken'])
    client.close()
  })

  test('leaves nothing behind when it is closed, whatever it waits for', async () => {
    const { server, watched, client } = await live()
    server.append('lost', true)
    server.tell({ type: 'inbox', lastSequence: 3, unreadCount: 3 })
    await after(20)
    client.close()
    await after(0)
    expect(vi.getTimerCount()).toBe(0)
    expect(server.connections.size).toBe(0)
    expect(texts(watched)).toEqual([])
  })

  test('knows what its server may say and is not confused by anything else', async () => {
    const { server, watched, client } = await live()
    server.tell([])
    server.tell({ type: 'of the future' })
    server.tell({ type: 'notification', notification: { sequence: 'three' } })
    server.tell({ type: 'inbox', lastSequence: -1, unreadCount: null })
    for (const connection of server.connections) {
      connection.deliver('message', { data: 'no JSON' })
      connection.deliver('message', { data: new ArrayBuffer(8) })
    }
    await after(second)
    expect(client.state()).toBe('live')
    server.append('new')
    await after(second)
    expect(texts(watched)).toEqual(['new'])
    client.close()
  })
})

describe('reconnecting', () => {
  test('spreads the first attempts of many over ten seconds', async () => {
    const delays: number[] = []
    for (let index = 0; index < 200; index++) {
      const { server, client } = await live(() => index / 200)
      const killed = Date.now()
      server.kill(1006)
      await after(11 * second)
      delays.push(server.attempts[1]! - killed - 20)
      client.close()
    }
    expect(Math.min(...delays)).toBeLessThan(5)
    expect(Math.max(...delays)).toBeGreaterThan(9.9 * second)
    expect(Math.max(...delays)).toBeLessThan(10 * second)
    const perSecond = Array.from(
      { length: 10 },
      (_, at) => delays.filter((delay) => Math.floor(delay / second) === at).length,
    )
    expect(perSecond).toEqual(Array.from({ length: 10 }, () => 20))
  })

  test('waits twice as long after each failure, and starts over once a socket works', async () => {
    const { server, client } = await live(() => 0.999)
    server.isDown = true
    server.kill(1006)
    await after(70 * second)
    const [, first, next, last] = server.attempts
    expect(Math.round((next! - first!) / second)).toBe(10)
    expect(Math.round((last! - next!) / second)).toBe(20)
    server.isDown = false
    await after(180 * second)
    expect(client.state()).toBe('live')
    const attempts = server.attempts.length
    const killed = Date.now()
    server.kill(1006)
    await after(11 * second)
    expect(server.attempts).toHaveLength(attempts + 1)
    expect(server.attempts.at(-1)! - killed).toBeGreaterThan(9 * second)
    client.close()
  })

  test('comes back at a time of its own when the server is going to stop, and listens until then', async () => {
    const { server, watched, client } = await live(() => 0.8)
    server.tell({ type: 'reconnect', withinMs: 10_000 })
    await after(7 * second)
    server.append('before')
    await after(0.5 * second)
    expect(texts(watched)).toEqual(['before'])
    expect(server.attempts).toHaveLength(1)
    // The drain ends early: that changes nothing of the plan.
    server.kill(1012)
    await after(0.4 * second)
    expect(server.attempts).toHaveLength(1)
    await after(0.3 * second)
    expect(server.attempts).toHaveLength(2)
    expect(client.state()).toBe('live')
    client.close()
  })

  test('happens at once when the network is back', async () => {
    const { server, watched, client } = await live(() => 0.99)
    server.setOnline(false)
    expect(client.state()).toBe('offline')
    server.append('meanwhile')
    await after(20 * second)
    server.setOnline(true)
    await after(second)
    expect(client.state()).toBe('live')
    expect(texts(watched)).toEqual(['meanwhile'])
    expect(watched.states).toEqual(['live', 'offline', 'connecting', 'live'])
    client.close()
  })

  test('is tried once a minute without a network: the server may be on this machine', async () => {
    const { server, client } = await live()
    server.online = false
    server.kill(1006)
    await after(second)
    expect(client.state()).toBe('offline')
    server.online = true
    await after(60 * second)
    expect(client.state()).toBe('live')
    client.close()
  })

  test('happens at once when a hidden page is looked at', async () => {
    const { server, client } = await live(() => 0.99)
    server.setHidden(true)
    server.kill(1006)
    await after(second)
    server.setHidden(false)
    await after(second)
    expect(client.state()).toBe('live')
    // A sound socket is left alone, and one that was silent for long is not.
    server.setHidden(true)
    server.setHidden(false)
    await after(second)
    expect(server.attempts).toHaveLength(2)
    server.setHidden(true)
    await after(40 * second)
    server.setHidden(false)
    await after(second)
    expect(server.attempts).toHaveLength(3)
    expect(client.state()).toBe('live')
    client.close()
  })

  test.each([4413, 4429, 1013])('stays away for a while after %i', async (code) => {
    const { server, client } = await live(() => 0)
    server.kill(code)
    await after(9 * second)
    expect(server.attempts).toHaveLength(1)
    await after(2 * second)
    expect(client.state()).toBe('live')
    server.kill(code)
    await after(19 * second)
    expect(server.attempts).toHaveLength(2)
    await after(2 * second)
    expect(client.state()).toBe('live')
    client.close()
  })
})

describe('the token', () => {
  test('goes on the socket when the session has renewed it', async () => {
    const { server, client } = await live()
    server.setToken('token-2')
    server.setToken('token-2')
    await after(second)
    expect(server.allConnections[0]!.heard.slice(1)).toEqual([{ type: 'token', token: 'token-2' }])
    expect(server.attempts).toHaveLength(1)
    client.close()
  })

  test('is not told to a socket that is about to close', async () => {
    const { server, client } = await live()
    server.validToken = 'token-2'
    server.kill(4401)
    server.setToken('token-2')
    await after(second)
    expect(server.allConnections.map(({ heard }) => heard.map(({ type, token }) => [type, token]))).toEqual([
      [['hello', 'token-1']],
      [['hello', 'token-2']],
    ])
    expect(client.state()).toBe('live')
    client.close()
  })

  test('is renewed before the next attempt when it was refused', async () => {
    const { server, watched, client } = await live()
    server.expireToken()
    server.append('meanwhile')
    await after(second)
    expect(server.renewals).toBe(1)
    expect(client.state()).toBe('live')
    expect(texts(watched)).toEqual(['meanwhile'])
    client.close()
  })

  test('is not renewed when the session has another one by now', async () => {
    const { server, client } = await live()
    server.validToken = 'token-2'
    server.token = 'token-2'
    server.kill(4401)
    await after(second)
    expect(server.renewals).toBe(0)
    expect(client.state()).toBe('live')
    client.close()
  })

  test('ends the session when it cannot be renewed', async () => {
    const { server, watched, client } = await live()
    server.renewal = 'refused'
    server.expireToken()
    await after(60 * second)
    expect(watched.signedOut).toHaveBeenCalledTimes(1)
    expect(server.attempts).toHaveLength(1)
    client.close()
  })

  test('is asked for again when the identity provider was away', async () => {
    const { server, watched, client } = await live()
    server.renewal = 'unreachable'
    server.expireToken()
    await after(12 * second)
    server.renewal = 'works'
    await after(30 * second)
    expect(client.state()).toBe('live')
    expect(watched.signedOut).not.toHaveBeenCalled()
    client.close()
  })

  test('that is refused though it is fresh is not renewed over and over', async () => {
    const { server, client } = await live()
    server.refuseWith = 4401
    server.kill(4401)
    await after(120 * second)
    expect(server.renewals).toBe(1)
    expect(server.attempts.length).toBeLessThanOrEqual(4)
    expect(client.state()).toBe('polling')
    client.close()
  })

  test('that is gone takes the socket with it', async () => {
    const { server, client } = await live()
    server.setToken(undefined)
    await after(second)
    expect(server.connections.size).toBe(0)
    await after(120 * second)
    expect(server.attempts).toHaveLength(1)
    client.close()
  })
})

describe('polling', () => {
  test('begins after three attempts that failed, and tells of everything in order', async () => {
    const server = new SimulatedServer()
    server.socketsBlocked = true
    const watched = watch(server)
    await after(30 * second)
    expect(server.attempts).toHaveLength(3)
    expect(watched.client.state()).toBe('polling')
    for (let index = 1; index <= 7; index++) server.append(`number ${index}`)
    await after(15 * second)
    expect(texts(watched)).toEqual([1, 2, 3, 4, 5, 6, 7].map((index) => `number ${index}`))
    expect(watched.inboxes.at(-1)).toEqual({ lastSequence: 7, unreadCount: 7 })
    // A socket is still tried, every two minutes.
    await after(200 * second)
    expect(server.attempts).toHaveLength(4)
    server.socketsBlocked = false
    await after(60 * second)
    expect(watched.client.state()).toBe('live')
    const calls = server.calls
    await pingFor(server, 100)
    expect(server.calls).toBe(calls)
    watched.client.close()
  })

  test('asks every 15 s, once a minute in a hidden page, and at once when that is looked at', async () => {
    const { server, watched, client } = await live()
    server.kill(4409)
    await after(second)
    expect(client.state()).toBe('polling')
    let calls = server.calls
    await after(60 * second)
    expect(server.calls - calls).toBe(4)
    server.setHidden(true)
    await after(16 * second)
    calls = server.calls
    await after(120 * second)
    expect(server.calls - calls).toBe(2)
    server.append('seen when looked at')
    server.setHidden(false)
    await after(second)
    expect(texts(watched)).toEqual(['seen when looked at'])
    client.close()
  })

  test('is all that a page does of whose user there are too many sockets', async () => {
    const { server, client } = await live()
    server.kill(4409)
    await after(600 * second)
    expect(server.attempts).toHaveLength(1)
    expect(client.state()).toBe('polling')
    client.close()
  })

  test.each([4400, 1009])('goes on when the server does not understand (%i)', async (code) => {
    const { server, watched, client } = await live()
    server.kill(code)
    server.append('still told')
    await after(16 * second)
    expect(client.state()).toBe('polling')
    expect(texts(watched)).toEqual(['still told'])
    client.close()
  })

  test('tries a socket soon when it was the server that had been away', async () => {
    const { server, client } = await live()
    server.isDown = true
    server.kill(1006)
    await after(60 * second)
    expect(client.state()).toBe('polling')
    server.isDown = false
    await after(26 * second)
    expect(client.state()).toBe('live')
    client.close()
  })

  test('finds a reset as a socket does', async () => {
    const { server, watched, client } = await live()
    server.kill(4409)
    await after(second)
    server.restore(2)
    await after(16 * second)
    expect(watched.resets).toEqual([0])
    server.append('another 1')
    await after(16 * second)
    expect(watched.seen).toEqual([{ sequence: 1, text: 'another 1' }])
    client.close()
  })

  test('goes on when sockets may not even be made', async () => {
    const server = new SimulatedServer()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const watched = watch(
      Object.assign(server, {
        WebSocket: class {
          constructor() {
            throw new Error('forbidden by policy')
          }
        } as unknown as SimulatedServer['WebSocket'],
      }),
    )
    await after(60 * second)
    expect(watched.client.state()).toBe('polling')
    expect(warn).toHaveBeenCalled()
    warn.mockRestore()
    watched.client.close()
  })
})

type Step =
  | { readonly do: 'append' | 'lose' | 'repeat' | 'read' | 'kill' | 'drain' | 'expire' | 'restore' }
  | { readonly do: 'block' | 'down' | 'offline' | 'hide'; readonly on: boolean }
  | { readonly do: 'close'; readonly code: number }
  | { readonly do: 'wait'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'append' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 40_000 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('lose', 'repeat', 'read', 'kill', 'drain', 'expire', 'restore')
      .map((name): Step => ({ do: name as 'lose' })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('block' as const, 'down' as const, 'offline' as const, 'hide' as const),
      on: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('close' as const),
      code: fc.constantFrom(1000, 1001, 1006, 1012, 1013, 4400, 4403, 4408, 4409, 4413, 4429),
    }),
  },
)

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

test('whatever happens on the way, each sequence comes once, in order, and in the end all have come', async () => {
  let delivered = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }),
      fc.integer(),
      async (steps, seed) => {
        const random = uniform(seed)
        const server = new SimulatedServer()
        server.callLatencyMs = () => random() ** 4 * 4_000
        server.frameLatencyMs = () => random() ** 8 * 10_000
        const expected: string[] = []
        const log: ('reset' | number)[] = []
        const seen: string[] = []
        let appended = 0
        const client = startLiveClient({
          url: 'ws://fairlead.test/ws',
          source: server.source,
          browser: server.browser,
          WebSocket: server.WebSocket,
          random,
          listener: {
            onState: () => undefined,
            onInbox: () => undefined,
            onNotification: ({ sequence, title }) => {
              log.push(Number(sequence))
              seen.push(title)
            },
            onReset: (lastSequence) => log.push('reset', lastSequence),
            onSignedOut: () => log.push('reset'),
          },
        })
        const append = (lost: boolean) => {
          appended += 1
          expected.push(`number ${appended}`)
          server.append(`number ${appended}`, lost)
        }
        /** Everything works again, for long enough to come up with it. */
        const settle = async () => {
          server.socketsBlocked = false
          server.isDown = false
          server.setOnline(true)
          await after(30 * second)
          await pingFor(server, 150)
          // As the server does when it sees that something went missing.
          server.tell({ type: 'inbox', lastSequence: server.inbox.length, unreadCount: 0 })
          await after(60 * second)
        }
        await settle()
        for (const each of steps) {
          if (each.do === 'append' || each.do === 'lose') append(each.do === 'lose')
          else if (each.do === 'repeat') server.repeatLast()
          else if (each.do === 'read') server.markRead()
          else if (each.do === 'kill') server.kill(1006)
          else if (each.do === 'drain') server.tell({ type: 'reconnect', withinMs: 10_000 })
          else if (each.do === 'expire') server.expireToken()
          else if (each.do === 'close') server.kill(each.code)
          else if (each.do === 'block') server.socketsBlocked = each.on
          else if (each.do === 'down') {
            server.isDown = each.on
            if (each.on) server.kill(1006)
          } else if (each.do === 'offline') server.setOnline(!each.on)
          else if (each.do === 'hide') server.setHidden(each.on)
          else if (each.do === 'wait') await after(each.ms)
          else {
            // What was never told of before the backup was restored is gone with it.
            await settle()
            const noticed = log.length
            const isEmpty = server.inbox.length === 0
            server.restore(2)
            while (!isEmpty && log.length === noticed) await after(100)
          }
        }
        await settle()
        expect(seen).toEqual(expected)
        let previous = 0
        for (const [at, entry] of log.entries()) {
          if (entry === 'reset') continue
          if (log[at - 1] !== 'reset') expect(entry).toBe(previous + 1)
          previous = entry
        }
        expect(previous).toBe(server.inbox.length)
        delivered += seen.length
        client.close()
        await after(10 * second)
        expect(vi.getTimerCount()).toBe(0)
      },
    ),
    { numRuns: 150 },
  )
  expect(delivered).toBeGreaterThan(0)
}, 120_000)
