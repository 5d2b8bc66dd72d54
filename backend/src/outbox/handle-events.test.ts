import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HandleEvents } from '../ports/bus.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { handleEvents } from './handle-events.ts'
import { whileLocked } from './locked-session.ts'
import type { OutboxEvent } from './outbox-event.ts'

const log = pino({ level: 'silent' })
const retries = { attempts: 3, firstMs: 1, lastMs: 2 }

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const events = [1, 2, 3].map(
  (sequence): OutboxEvent => ({
    eventId: String(sequence),
    sequence,
    routingKey: 'numbers.one',
    createTime: new Date(),
    payload: '{}',
    payloadBytes: 2,
  }),
)

/** Hands the events to a handler under a lock, and tells what was parked meanwhile. */
async function handOn(handle: HandleEvents, reach: () => Promise<unknown>): Promise<unknown[]> {
  await database.dataSource.query('delete from parked_events')
  const queue = randomUUID()
  const handled = Promise.withResolvers<void>()
  const lock = whileLocked({ databaseUrl: database.url, name: queue, log }, async (session) => {
    await handleEvents(session, { queue, handle, retries, reach, log }, events).then(
      handled.resolve,
      handled.reject,
    )
  })
  await handled.promise
  await lock.close()
  return database.dataSource.query('select routing_key, message from parked_events')
}

const sqlError = (code: string) => Object.assign(new Error(`SQLSTATE ${code}`), { code })
const times = 4 * retries.attempts

test.each([
  ['has no connection left', sqlError('53300')],
  ['has no room left', sqlError('53100')],
  ['is read only', sqlError('25006')],
  ['cancels statements', sqlError('57014')],
])('no event is parked while the database %s, however long', async (_name, error) => {
  let failures = 0
  const sizes: number[] = []
  const parked = await handOn(
    async (handed) => {
      if (failures++ < times) throw error
      sizes.push(handed.length)
      return []
    },
    async () => undefined,
  )
  expect(parked).toEqual([])
  expect(sizes).toEqual([events.length])
})

test('no event is parked for an error of any kind while the database is not reached', async () => {
  let failures = 0
  const isAway = () => failures <= times
  const parked = await handOn(
    async () => {
      failures += 1
      if (isAway()) throw new Error('Connection terminated unexpectedly')
      return []
    },
    async () => {
      if (isAway()) throw new Error('timeout exceeded when trying to connect')
    },
  )
  expect(parked).toEqual([])
})

test.each([
  ['its values', sqlError('22P05')],
  ['a fault of the program', new Error('it always fails')],
])('an event that fails for %s is parked alone', async (_name, error) => {
  const parked = await handOn(
    async (handed) => {
      if (handed.some(({ id }) => id === '2')) throw error
      return []
    },
    async () => undefined,
  )
  expect(parked).toEqual([{ routing_key: 'numbers.one', message: error.message }])
})
