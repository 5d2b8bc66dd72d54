import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'amqplib'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readOutboxStatus } from '../../outbox/index.ts'
import { declareQueue } from '../../outbox/outbox-readers.ts'
import { queries } from '../../outbox/typeorm-database.ts'
import type { BusQueue } from '../../ports/bus.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts'
import { namesOf } from './amqp/topology.ts'
import { createBus } from './create-bus.ts'
import type { ConsumerProcessMessage, ConsumerProcessOptions } from './testing/consumer-process.ts'
import { removeFromBroker } from './testing/remove-from-broker.ts'
import { tally } from './testing/tally.ts'
import { writeNumbers } from './testing/write-numbers.ts'

const brokerUrl = process.env['AMQP_URL']
// On a busy machine; alone it takes a tenth of that.
const TEST_MS = 300_000

let database: TestDatabase
let queue: BusQueue
let namespace: string
let children: ChildProcess[]

beforeEach(async () => {
  database = await createTestDatabase()
  queue = { name: `q-${randomUUID()}`, patterns: ['jobs.#'] }
  namespace = `test-${randomUUID()}-`
  children = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  if (brokerUrl !== undefined) await removeFromBroker(brokerUrl, namespace, [queue])
  await database.drop()
})

async function startProcess(options: Partial<ConsumerProcessOptions>) {
  const all: ConsumerProcessOptions = { databaseUrl: database.url, namespace, ...options }
  const child = fork(new URL('./testing/consumer-process.ts', import.meta.url), [JSON.stringify(all)], {
    // So that what it holds on to shows, and not what it has not cleared away yet.
    execArgv: ['--max-old-space-size=64'],
  })
  children.push(child)
  const got: unknown[] = []
  let peakKib = 0
  child.on('message', (message: ConsumerProcessMessage) => {
    for (const n of message.got) got.push(n)
    peakKib = message.peakKib
  })
  await once(child, 'message')
  return { child, got, peakKib: () => peakKib }
}

describe.each([
  { name: 'PostgreSQL', amqpUrl: undefined },
  ...(brokerUrl === undefined ? [] : [{ name: 'RabbitMQ', amqpUrl: brokerUrl }]),
])('over $name', ({ name, amqpUrl }) => {
  test(
    '100,000 waiting events are delivered in order, by a process that has not the memory for all of them',
    async () => {
      const sent = 100_000
      await declareQueue(queries(database.dataSource), queue)
      for (let n = 1; n <= sent; n += 10_000) await writeNumbers(database.dataSource, n, n + 9_999, 500)
      expect((await readOutboxStatus(database.dataSource)).waitingEvents).toBe(sent)
      const idle = await startProcess({ amqpUrl })
      const idleMib = idle.peakKib() / 1024
      idle.child.kill('SIGKILL')
      const { got, peakKib } = await startProcess({ amqpUrl, queue })
      await expect.poll(() => got.length, { timeout: TEST_MS }).toBeGreaterThanOrEqual(sent)
      expect(tally(`100,000 waiting over ${name}`, sent, got, 0)).toMatchObject({ missing: 0 })
      const distinct = [...new Set(got)] as number[]
      expect(distinct.every((n, place) => n === place + 1)).toBe(true)
      expect(peakKib() / 1024 - idleMib).toBeLessThan(150)
    },
    TEST_MS,
  )
})

if (brokerUrl === undefined) {
  test.skip('a killed relay needs a broker: set AMQP_URL', () => undefined)
} else {
  test('a relay that is killed between publishing and marking loses nothing, and repeats nothing', async () => {
    const { url: databaseUrl, dataSource } = database
    const sent = 500
    await declareQueue(queries(dataSource), queue)
    const { child } = await startProcess({ amqpUrl: brokerUrl })
    // Marking is held up by a lock on what it marks.
    const holder = dataSource.createQueryRunner()
    await expect
      .poll(async () => (await dataSource.query(`select from outbox_readers where kind = 'RELAY'`)).length)
      .toBe(1)
    await holder.startTransaction()
    await holder.query(`select from outbox_readers where kind = 'RELAY' for update`)
    await writeNumbers(dataSource, 1, sent)
    const broker = await connect(brokerUrl)
    const atBroker = async () => {
      const channel = await broker.createChannel()
      // The relay may not have made the queue yet.
      channel.on('error', () => undefined)
      const { messageCount } = await channel.checkQueue(namesOf(namespace).queue(queue.name))
      await channel.close()
      return messageCount
    }
    await expect.poll(atBroker).toBe(sent)
    const killed = once(child, 'exit')
    child.kill('SIGKILL')
    await killed
    // What it had sent to mark must not take effect after all.
    await dataSource.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'fairlead bus RELAY'`,
    )
    await holder.rollbackTransaction()
    await holder.release()

    const got: unknown[] = []
    const bus = await createBus({
      databaseUrl,
      dataSource,
      amqp: { url: brokerUrl },
      namespace,
      log: pino({ level: 'silent' }),
    })
    // The next relay sends them all again.
    await expect.poll(atBroker).toBe(2 * sent)
    await bus.consume(queue, async (events) => {
      got.push(...events.map(({ payload }) => payload['n']))
      return []
    })
    await writeNumbers(dataSource, sent + 1, sent + 1)
    await expect.poll(() => got.at(-1)).toBe(sent + 1)
    await bus.close()
    await broker.close()
    expect(tally('relay killed between publish and mark', sent + 1, got, 0)).toMatchObject({
      missing: 0,
      repeated: 0,
    })
    expect(got).toEqual(Array.from({ length: sent + 1 }, (_, index) => index + 1))
  })
}
