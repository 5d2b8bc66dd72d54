import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { pino } from 'pino'
import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { matchesPattern } from '../ports/bus.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { discardParkedEvent, listParkedEvents, readOutboxStatus, writeEvent } from './index.ts'
import { whileLocked } from './locked-session.ts'
import { declareQueue, movePosition, readPosition } from './outbox-readers.ts'
import { parkEvent } from './parked-events.ts'
import { pruneOutbox } from './prune-outbox.ts'
import { numberAllEvents, readEvents } from './read-events.ts'
import { topicExpression } from './topic-pattern.ts'
import { queries } from './typeorm-database.ts'

let database: TestDatabase
let dataSource: DataSource
beforeAll(async () => {
  database = await createTestDatabase()
  dataSource = database.dataSource
})
afterAll(() => database.drop())

const write = (routingKey: string, payload = {}) => writeEvent(dataSource, { routingKey, payload })
const countEvents = async () => (await dataSource.query(`select from outbox`)).length

test('a pattern as an expression matches what the pattern matches', () => {
  const word = fc.constantFrom('a', 'b', 'x-1', '')
  const pattern = fc.array(fc.oneof(word, fc.constantFrom('*', '#')), { minLength: 1, maxLength: 6 })
  const key = fc.array(word, { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(pattern, key, (words, keyWords) => {
      const [topic, routingKey] = [words.join('.'), keyWords.join('.')]
      expect(new RegExp(topicExpression(topic)).test(routingKey)).toBe(matchesPattern(topic, routingKey))
    }),
    { numRuns: 2_000 },
  )
})

test('PostgreSQL reads the expressions as JavaScript does', async () => {
  const keys = ['jobs.completed.a', 'jobs', 'jobs.completed', 'files.a', 'jobsx.completed.a']
  for (const pattern of ['jobs.#', '#', '*.completed.*', '#.a', 'jobs.*', '#.completed.#']) {
    const expression = topicExpression(pattern)
    const found = await dataSource.query<{ key: string }[]>(
      `select key from unnest($1::text[]) as key where key ~ $2`,
      [keys, expression],
    )
    const expected = keys.filter((key) => matchesPattern(pattern, key))
    expect(found.map(({ key }) => key)).toEqual(expected)
  }
})

test('callers who number at once number each event once, without a gap', async () => {
  for (let round = 0; round < 5; round++) {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        await write('numbers.one')
        await numberAllEvents(queries(dataSource))
      }),
    )
  }
  const last = await numberAllEvents(queries(dataSource))
  const found = await dataSource.query<{ sequence: string }[]>(
    `select sequence from outbox order by sequence`,
  )
  expect(found.map(({ sequence }) => Number(sequence))).toEqual(
    Array.from({ length: last }, (_, index) => index + 1),
  )
})

test('events go on after the database was restored to a server that has had fewer transactions', async () => {
  await numberAllEvents(queries(dataSource))
  await dataSource.query(`update outbox_head set horizon = '9000000000000000000'`)
  const before = await numberAllEvents(queries(dataSource))
  await write('restored.one')
  expect(await numberAllEvents(queries(dataSource))).toBe(before + 1)
  await write('restored.two')
  expect(await numberAllEvents(queries(dataSource))).toBe(before + 2)
})

test('a batch is bounded by its bytes, and what is not of the queue is passed by', async () => {
  const name = randomUUID()
  await declareQueue(queries(dataSource), { name, patterns: ['large.#'] })
  const after = await readPosition(queries(dataSource), name)
  for (let n = 0; n < 10; n++) {
    await write('large.one', { text: 'x'.repeat(1_000_000) })
    await write('small.one')
  }
  const until = await numberAllEvents(queries(dataSource))
  const range = { until, patterns: ['large.#'] }
  const first = await readEvents(queries(dataSource), { after, ...range })
  expect(first.events.length).toBe(5)
  const second = await readEvents(queries(dataSource), { after: first.passed, ...range })
  expect(second.events.length).toBe(5)
  expect(second.passed).toBe(until)
})

test('a position moves only from where it is', async () => {
  const name = randomUUID()
  await declareQueue(queries(dataSource), { name, patterns: ['#'] })
  const position = await readPosition(queries(dataSource), name)
  await movePosition(queries(dataSource), name, position, position + 1)
  await expect(movePosition(queries(dataSource), name, position, position + 2)).rejects.toThrow('no longer')
})

test('nothing is pruned that a queue has not got, nor what is younger than a day', async () => {
  const slow = randomUUID()
  await dataSource.query(`delete from outbox_readers`)
  await pruneOutbox(queries(dataSource))
  await declareQueue(queries(dataSource), { name: slow, patterns: ['#'] })
  const before = await countEvents()
  await write('old.one')
  await write('old.two')
  await dataSource.query(
    `update outbox set create_time = now() - interval '2 days' where routing_key like 'old.%'`,
  )
  await pruneOutbox(queries(dataSource))
  expect(await countEvents()).toBe(before + 2)
  const position = await readPosition(queries(dataSource), slow)
  await movePosition(queries(dataSource), slow, position, position + 1)
  expect(await pruneOutbox(queries(dataSource))).toBe(1)
  await movePosition(queries(dataSource), slow, position + 1, position + 2)
  expect(await pruneOutbox(queries(dataSource))).toBe(1)
  expect(await countEvents()).toBe(before)
})

test('parked events are listed latest first, page by page, and settled once', async () => {
  for (const n of [1, 2, 3]) {
    await parkEvent(
      queries(dataSource),
      'notifications',
      { eventId: `e${n}`, sequence: undefined, routingKey: `k${n}`, payload: '{}', createTime: undefined },
      { reason: 'NOT_UNDERSTOOD', message: '' },
    )
  }
  const page = await listParkedEvents(dataSource, { showSettled: false, limit: 2 })
  expect(page.map(({ routingKey }) => routingKey)).toEqual(['k3', 'k2'])
  const last = page[1]
  const before = { parkTime: last?.parkTimeText ?? '', id: last?.id ?? '' }
  const rest = await listParkedEvents(dataSource, { showSettled: false, limit: 2, before })
  expect(rest.map(({ routingKey }) => routingKey)).toEqual(['k1'])
  const discard = (id: string) => discardParkedEvent(dataSource, id, randomUUID())
  expect(await discard(last?.id ?? '')).toMatchObject({ routingKey: 'k2', state: 'DISCARDED' })
  expect(await discard(last?.id ?? '')).toBe('SETTLED')
  expect(await discard(randomUUID())).toBe('NOT_FOUND')
  expect((await listParkedEvents(dataSource, { showSettled: false, limit: 9 })).length).toBe(2)
  expect((await listParkedEvents(dataSource, { showSettled: true, limit: 9 })).length).toBe(3)
  expect((await readOutboxStatus(dataSource)).parkedEvents).toBe(2)
})

test('without a report of a worker the bus counts as not connected', async () => {
  expect(await readOutboxStatus(dataSource)).toMatchObject({ bus: undefined, connected: false })
  await dataSource.query(
    `insert into bus_reports values (gen_random_uuid(), 'RABBITMQ', true, '', now() - interval '1 minute')`,
  )
  expect(await readOutboxStatus(dataSource)).toMatchObject({ bus: 'RABBITMQ', connected: false })
  await dataSource.query(
    `insert into bus_reports values (gen_random_uuid(), 'RABBITMQ', false, 'ECONNREFUSED', now())`,
  )
  expect(await readOutboxStatus(dataSource)).toMatchObject({ connected: false, problem: 'ECONNREFUSED' })
})

test('a lock has one holder; when its connection is lost it stops, and another begins', async () => {
  const log = pino({ level: 'silent' })
  const options = { databaseUrl: database.url, name: randomUUID(), log }
  const events: string[] = []
  const work = (who: string) => async (session: { readonly signal: AbortSignal }) => {
    events.push(`${who} begins`)
    await new Promise((resolve) => session.signal.addEventListener('abort', resolve))
    events.push(`${who} ends`)
  }
  const first = whileLocked(options, work('first'))
  await expect.poll(() => events).toEqual(['first begins'])
  const second = whileLocked(options, work('second'))
  await dataSource.query(
    `select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and application_name = $1`,
    [`fairlead bus ${options.name}`],
  )
  await expect.poll(() => events.length).toBe(3)
  expect(events.slice(0, 2)).toEqual(['first begins', 'first ends'])
  await first.close()
  await expect.poll(() => second.held()).toBe(true)
  await second.close()
  expect(second.held()).toBe(false)
})
