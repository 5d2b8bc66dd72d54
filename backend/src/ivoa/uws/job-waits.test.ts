import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rawRequest } from '../testing/http-fixture.ts'
import { pathOf, type UwsFixture, uwsFixture } from '../testing/uws-fixture.ts'

const MAX_WAITS = 1_001

let uws: UwsFixture
beforeAll(async () => {
  uws = await uwsFixture({ waits: { maxSeconds: 60, maxWaits: MAX_WAITS } })
})
afterAll(() => uws.stop())

async function pending(): Promise<string> {
  const { headers } = await uws.post('/uws/probe', 'ACT=write')
  return pathOf(headers['location'])
}

const phaseIn = (document: string) => /<uws:phase>(\w+)</.exec(document)?.[1]

/** Resolves when so many clients wait for jobs. */
const waiting = (count: number) => expect.poll(uws.watchers, { timeout: 30_000, interval: 20 }).toBe(count)

async function timed<Answer>(work: Promise<Answer>): Promise<[Answer, number]> {
  const begin = performance.now()
  return [await work, performance.now() - begin]
}

test.each(['WAIT=30', 'WAIT=-1', 'WAIT=30&PHASE=PENDING', 'wait=999999999999', 'WAIT=%2B30'])(
  'a client with %s is answered when the phase changes',
  async (query) => {
    const job = await pending()
    const answer = uws.get(`${job}?${query}`)
    await waiting(1)
    await uws.post(`${job}/phase`, 'PHASE=RUN')
    const [{ status, body }, ms] = await timed(answer)
    expect([status, phaseIn(body)]).toEqual([200, 'QUEUED'])
    expect(ms).toBeLessThan(2_000)
    await waiting(0)
  },
)

test('a client is answered when its time is up, though nothing has changed', async () => {
  const job = await pending()
  const [{ status, body }, ms] = await timed(uws.get(`${job}?WAIT=1`))
  expect([status, phaseIn(body)]).toEqual([200, 'PENDING'])
  expect(ms).toBeGreaterThan(900)
  expect(ms).toBeLessThan(5_000)
  await waiting(0)
})

test('a client that asks for another phase than the present one is answered at once', async () => {
  const job = await pending()
  const [{ body }, ms] = await timed(uws.get(`${job}?WAIT=-1&PHASE=EXECUTING`))
  expect(phaseIn(body)).toBe('PENDING')
  expect(ms).toBeLessThan(2_000)
})

test('nobody waits for a job that has ended', async () => {
  const job = await pending()
  await uws.post(`${job}/phase`, 'PHASE=ABORT')
  const [{ body }, ms] = await timed(uws.get(`${job}?WAIT=-1&PHASE=ABORTED`))
  expect(phaseIn(body)).toBe('ABORTED')
  expect(ms).toBeLessThan(2_000)
})

test('a job that is deleted under a client that waits is 404 then', async () => {
  const job = await pending()
  const answer = uws.get(`${job}?WAIT=-1`)
  await waiting(1)
  await uws.send(job, { method: 'DELETE' })
  expect((await answer).status).toBeOneOf([200, 404])
  expect((await uws.get(job)).status).toBe(404)
  await waiting(0)
})

test('a client that goes away leaves no watch behind', async () => {
  const job = await pending()
  const client = request(`${uws.origin}${job}?WAIT=-1`, {
    headers: { authorization: `Bearer ${await uws.token('alice')}` },
  })
  client.on('error', () => undefined)
  client.end()
  await waiting(1)
  client.destroy()
  await waiting(0)
})

test('1,000 clients that wait for ever cost no time of others, and are answered together', async () => {
  const job = await pending()
  const headers = { authorization: `Bearer ${await uws.token('alice')}` }
  const before = process.memoryUsage().rss
  const clients = Array.from({ length: 1_000 }, () => rawRequest(uws.origin, `${job}?WAIT=-1`, { headers }))
  await waiting(1_000)
  // Both ends of the connections are in this process.
  expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000)
  const times = []
  for (let i = 0; i < 20; i++) times.push((await timed(uws.get(`${job}/phase`)))[1])
  expect(Math.max(...times)).toBeLessThan(1_000)

  // One more than may wait is answered at once.
  const last = rawRequest(uws.origin, `${job}?WAIT=-1`, { headers })
  await waiting(MAX_WAITS)
  const [{ status, body }, oneMore] = await timed(uws.get(`${job}?WAIT=-1`))
  expect([status, phaseIn(body)]).toEqual([200, 'PENDING'])
  expect(oneMore).toBeLessThan(1_000)

  await uws.post(`${job}/phase`, 'PHASE=RUN')
  const [answers, ms] = await timed(Promise.all([...clients, last]))
  expect(new Set(answers.map(({ status, body }) => `${status} ${phaseIn(body)}`))).toEqual(
    new Set(['200 QUEUED']),
  )
  expect(ms).toBeLessThan(10_000)
  await waiting(0)
}, 60_000)

test('WAIT=-1 means as long as the server lets anyone wait', async () => {
  const impatient = await uwsFixture({ waits: { maxSeconds: 1, maxWaits: 10 } })
  try {
    const { headers } = await impatient.post('/uws/probe', 'ACT=write')
    const [{ body }, ms] = await timed(impatient.get(`${pathOf(headers['location'])}?WAIT=-1`))
    expect(phaseIn(body)).toBe('PENDING')
    expect(ms).toBeGreaterThan(900)
    expect(ms).toBeLessThan(5_000)
  } finally {
    await impatient.stop()
  }
})

test('clients that wait are sent away when the server stops', async () => {
  const short = await uwsFixture()
  const { headers } = await short.post('/uws/probe', 'ACT=write')
  const answer = short.get(`${pathOf(headers['location'])}?WAIT=-1`)
  await expect.poll(short.watchers).toBe(1)
  const [, ms] = await timed(short.stop())
  expect(ms).toBeLessThan(5_000)
  expect(await answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
})
