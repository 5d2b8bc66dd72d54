import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { connect } from 'amqplib'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { listParkedEvents, readOutboxStatus } from '../../../../outbox/index.ts'
import type { Bus, BusQueue } from '../../../../ports/bus.ts'
import { createTestDatabase, type TestDatabase } from '../../../../testing/database.ts'
import { type BrokerNode, createBrokerNode, isBrokerInstalled } from '../../../amqp/testing/broker-node.ts'
import { createBus } from '../../create-bus.ts'
import { tally } from '../../testing/tally.ts'
import { writeNumbers } from '../../testing/write-numbers.ts'
import { namesOf } from '../topology.ts'

const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
const TEST_MS = 120_000

if (isBrokerInstalled()) describe('a broker in trouble', testFaults)
else test.skip('faults of a broker need one that may be killed: install rabbitmq-server', () => undefined)

function testFaults(): void {
  const names = namesOf('fairlead')
  let node: BrokerNode
  let database: TestDatabase
  let bus: Bus
  let queue: BusQueue
  let got: unknown[]
  /** Handlers wait for it. */
  let gate: Promise<void>

  beforeAll(async () => {
    node = await createBrokerNode()
    await node.start()
  }, TEST_MS)
  afterAll(() => node.remove(), TEST_MS)
  const begin = async () => {
    database = await createTestDatabase()
    const { url: databaseUrl, dataSource } = database
    bus = await createBus({ databaseUrl, dataSource, amqp: { url: node.url }, log })
    queue = { name: `q-${randomUUID()}`, patterns: ['jobs.#'] }
    got = []
    gate = Promise.resolve()
    await bus.consume(queue, async (events) => {
      await gate
      got.push(...events.map(({ payload }) => payload['n']))
      return []
    })
  }
  afterEach(async () => {
    await bus.close()
    await database.drop()
  }, TEST_MS)
  const write = (from: number, to: number) => writeNumbers(database.dataSource, from, to)
  const received = (sent: number) => expect.poll(() => new Set(got).size, { timeout: TEST_MS / 2 }).toBe(sent)
  const count = async (what: string, sent: number) => {
    const parked = await listParkedEvents(database.dataSource, { showSettled: true, limit: 1000 })
    return tally(what, sent, got, parked.length)
  }
  const allSent = () =>
    expect
      .poll(async () => (await readOutboxStatus(database.dataSource)).waitingEvents, { timeout: 30_000 })
      .toBe(0)
  const inOrder = (sent: number) => Array.from({ length: sent }, (_, index) => index + 1)

  test(
    'killed and started again under load',
    async () => {
      await begin()
      const sent = 6_000
      let restarted: Promise<void> | undefined
      for (let n = 1; n <= sent; n += 20) {
        await write(n, n + 19)
        if (n === 2001) {
          await node.kill()
          restarted = setTimeout(1_000).then(() => node.start())
        }
        if (n === 4001) {
          await expect.poll(async () => (await bus.status(queue)).connected).toBe(false)
          expect((await bus.status(queue)).problem).not.toContain('guest')
        }
      }
      await restarted
      await received(sent)
      expect(await count('broker killed under load', sent)).toMatchObject({ missing: 0, parked: 0 })
      expect([...new Set(got)]).toEqual(inOrder(sent))
      expect((await bus.status(queue)).connected).toBe(true)
    },
    TEST_MS,
  )

  test(
    'its queue purged, with events behind and with none',
    async () => {
      await begin()
      const held = Promise.withResolvers<void>()
      gate = held.promise
      await write(1, 4_000)
      await allSent()
      const purged = await withChannel(node.url, (channel) => channel.purgeQueue(names.queue(queue.name)))
      expect(purged.messageCount).toBeGreaterThan(1_000)
      await write(4_001, 4_100)
      held.resolve()
      await received(4_100)
      const holdAgain = Promise.withResolvers<void>()
      gate = holdAgain.promise
      await write(4_101, 8_000)
      await allSent()
      // Now the last of them: nothing comes that tells of it.
      const last = await withChannel(node.url, (channel) => channel.purgeQueue(names.queue(queue.name)))
      expect(last.messageCount).toBeGreaterThan(1_000)
      holdAgain.resolve()
      await received(8_000)
      expect(await count(`queue purged of ${purged.messageCount + last.messageCount}`, 8_000)).toMatchObject({
        missing: 0,
        repeated: 0,
        parked: 0,
      })
      expect(got).toEqual(inOrder(8_000))
    },
    TEST_MS,
  )

  test(
    'its queue deleted while events come in',
    async () => {
      await begin()
      await write(1, 100)
      await received(100)
      await withChannel(node.url, (channel) => channel.deleteQueue(names.queue(queue.name)))
      for (let n = 101; n <= 2_000; n += 100) await write(n, n + 99)
      await received(2_000)
      expect(await count('queue deleted', 2_000)).toMatchObject({ missing: 0, parked: 0 })
      expect([...new Set(got)]).toEqual(inOrder(2_000))
    },
    TEST_MS,
  )

  test(
    'publishers blocked by a memory alarm',
    async () => {
      await begin()
      await write(1, 100)
      await received(100)
      await node.control('set_vm_memory_high_watermark', '0')
      for (let n = 101; n <= 5_000; n += 100) await write(n, n + 99)
      await expect
        .poll(async () => (await bus.status(queue)).problem, { timeout: 20_000 })
        .toContain('blocked by the broker')
      expect((await readOutboxStatus(database.dataSource)).waitingEvents).toBeGreaterThan(0)
      expect(got.length).toBeLessThan(5_000)
      await node.control('set_vm_memory_high_watermark', '0.4')
      await received(5_000)
      expect(await count('publishers blocked by a memory alarm', 5_000)).toMatchObject({
        missing: 0,
        parked: 0,
      })
      expect([...new Set(got)]).toEqual(inOrder(5_000))
    },
    TEST_MS,
  )

  test(
    'a message from elsewhere in its queue',
    async () => {
      await begin()
      await write(1, 10)
      await received(10)
      await withChannel(node.url, async (channel) => {
        channel.publish(names.events, 'jobs.completed.a', Buffer.from('hello'))
        await channel.waitForConfirms()
      })
      await expect
        .poll(() => listParkedEvents(database.dataSource, { showSettled: false, limit: 10 }), {
          timeout: 30_000,
        })
        .toMatchObject([
          {
            parkedAt: queue.name,
            reason: 'NOT_UNDERSTOOD',
            routingKey: 'jobs.completed.a',
            payload: '"hello"',
          },
        ])
    },
    TEST_MS,
  )
}

async function withChannel<Result>(
  url: string,
  work: (
    channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>,
  ) => Promise<Result>,
): Promise<Result> {
  const connection = await connect(url)
  try {
    return await work(await connection.createConfirmChannel())
  } finally {
    await connection.close()
  }
}
