import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { pino } from 'pino'
import type { DataSource, EntityManager } from 'typeorm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { listParkedEvents, readOutboxStatus, retryParkedEvent, writeEvent } from '../../outbox/index.ts'
import type { Bus, BusQueue, DeliveredEvent, RefusedEvent } from '../../ports/bus.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts'
import { within } from '../../tracing/index.ts'
import { createBus } from './create-bus.ts'
import type { ConsumerProcessOptions } from './testing/consumer-process.ts'
import { removeFromBroker } from './testing/remove-from-broker.ts'
import { tally } from './testing/tally.ts'

const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
/** Thousands of transactions, on a busy machine. */
const BUSY_MS = 60_000
const quickRetries = { attempts: 4, firstMs: 5, lastMs: 20 }

/** What every bus adapter keeps to. Each test has queues of its own, in one database. */
export function busContract(name: string, amqpUrl?: string): void {
  describe(`the bus over ${name}`, () => {
    const namespace = `test-${randomUUID()}-`
    let database: TestDatabase
    let dataSource: DataSource
    /** Two processes that both consume what a test consumes. */
    let buses: Bus[]
    let closings: (() => Promise<unknown>)[] = []

    const open = () =>
      createBus({
        databaseUrl: database.url,
        dataSource,
        amqp: amqpUrl === undefined ? undefined : { url: amqpUrl },
        namespace,
        retries: quickRetries,
        log,
      })
    const queues: BusQueue[] = []
    const queueOf = (...patterns: readonly string[]): BusQueue => {
      const queue = { name: `q-${randomUUID()}`, patterns }
      queues.push(queue)
      return queue
    }
    /** A first word of its own for each test. */
    const word = () => `w${randomUUID().slice(0, 8)}`
    const write = (manager: Pick<EntityManager, 'query'>, routingKey: string, payload = {}) =>
      writeEvent(manager, { routingKey, payload })
    const writeNumbers = (routingKey: string, from: number, to: number) =>
      dataSource.transaction(async (manager) => {
        for (let n = from; n <= to; n++) await write(manager, routingKey, { n })
      })
    type Handle = (event: DeliveredEvent) => Promise<RefusedEvent | undefined> | RefusedEvent | undefined
    const consume = async (queue: BusQueue, handle: Handle = () => undefined, on = buses) => {
      const seen: DeliveredEvent[] = []
      for (const bus of on) {
        const subscription = await bus.consume(queue, async (events) => {
          const refused: RefusedEvent[] = []
          for (const event of events) {
            const refusal = await handle(event)
            if (refusal !== undefined) refused.push(refusal)
          }
          seen.push(...events)
          return refused
        })
        closings.push(() => subscription.close())
      }
      return seen
    }
    const numbers = (events: readonly DeliveredEvent[]) => events.map(({ payload }) => payload['n'])
    const count = (to: number) => Array.from({ length: to }, (_, index) => index + 1)
    const parked = async (key: string) =>
      (await listParkedEvents(dataSource, { showSettled: true, limit: 100 })).filter(({ routingKey }) =>
        routingKey.startsWith(key),
      )

    beforeAll(async () => {
      database = await createTestDatabase()
      dataSource = database.dataSource
      buses = [await open(), await open()]
    })
    afterEach(async () => {
      for (const close of closings) await close()
      closings = []
    })
    afterAll(async () => {
      for (const bus of buses) await bus.close()
      if (amqpUrl !== undefined) await removeFromBroker(amqpUrl, namespace, queues)
      await database.drop()
    })

    it('delivers what commits, with its payload, in order, to one of those who consume', async () => {
      const key = word()
      const seen = await consume(queueOf(`${key}.#`))
      await writeNumbers(`${key}.created.a`, 1, 2)
      await write(dataSource, `${key}.completed.b`, { n: 3, text: 'ü'.repeat(20_000) })
      await expect.poll(() => numbers(seen)).toEqual([1, 2, 3])
      expect(seen[2]?.payload['text']).toBe('ü'.repeat(20_000))
      expect(seen[2]?.routingKey).toBe(`${key}.completed.b`)
      expect(Math.abs(Date.now() - (seen[2]?.createTime.getTime() ?? 0))).toBeLessThan(60_000)
      expect(new Set(seen.map(({ id }) => id)).size).toBe(3)
    })

    it('carries the trace of what wrote an event, and of what was not traced none', async () => {
      const key = word()
      const seen = await consume(queueOf(`${key}.#`))
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
      const span = {
        traceId: traceparent.slice(3, 35),
        traceparent,
        sampled: true,
        ended: false,
        child: () => span,
        set: () => undefined,
        fail: () => undefined,
        end: () => undefined,
      }
      await within(span, () => write(dataSource, `${key}.created.a`))
      await write(dataSource, `${key}.created.b`)
      await expect.poll(() => seen.map((event) => event.traceparent)).toEqual([traceparent, undefined])
    })

    it('delivers nothing of a transaction that is rolled back', async () => {
      const key = word()
      const seen = await consume(queueOf(`${key}.#`))
      const failed = dataSource.transaction(async (manager) => {
        await write(manager, `${key}.lost`)
        throw new Error('rolled back')
      })
      await expect(failed).rejects.toThrow('rolled back')
      await write(dataSource, `${key}.kept`)
      await expect.poll(() => seen.map(({ routingKey }) => routingKey)).toEqual([`${key}.kept`])
    })

    it('waits for no transaction that is still open, and delivers that one when it commits', async () => {
      const key = word()
      const seen = await consume(queueOf(`${key}.#`))
      const slow = dataSource.createQueryRunner()
      await slow.startTransaction()
      await write(slow.manager, `${key}.slow`, { n: 1 })
      await write(dataSource, `${key}.quick`, { n: 2 })
      await expect.poll(() => numbers(seen)).toEqual([2])
      await slow.commitTransaction()
      await slow.release()
      await expect.poll(() => numbers(seen)).toEqual([2, 1])
    })

    it('keeps the order of what happens to one thing, whichever transaction began first', async () => {
      const key = word()
      const seen = await consume(queueOf(`${key}.#`))
      const early = dataSource.createQueryRunner()
      await early.startTransaction()
      await early.query(`select pg_current_xact_id()`)
      await write(dataSource, `${key}.first`, { n: 1 })
      await write(early.manager, `${key}.second`, { n: 2 })
      await early.commitTransaction()
      await early.release()
      await expect.poll(() => numbers(seen)).toEqual([1, 2])
    })

    it('delivers to every queue whose patterns match, and to no other', async () => {
      const key = word()
      const one = await consume(queueOf(`${key}.*.one`))
      const all = await consume(queueOf(`${key}.#`, `other.#`))
      const other = await consume(queueOf('files.#'))
      await write(dataSource, `${key}.created.two`)
      await write(dataSource, `${key}.created.one`)
      await expect.poll(() => all.length).toBe(2)
      await expect.poll(() => one.map(({ routingKey }) => routingKey)).toEqual([`${key}.created.one`])
      expect(other).toEqual([])
    })

    it('keeps for a queue what commits while nobody consumes it', async () => {
      const key = word()
      const queue = queueOf(`${key}.#`)
      const first = await buses[0]?.consume(queue, async () => [])
      await first?.close()
      await writeNumbers(`${key}.created`, 1, 700)
      const seen = await consume(queue)
      await expect.poll(() => seen.length).toBe(700)
      expect(numbers(seen)).toEqual(count(700))
    })

    it('hands events on again, in order, when they were not handled', async () => {
      const key = word()
      const tried: unknown[] = []
      let failures = 2
      const seen = await consume(queueOf(`${key}.#`), ({ payload }) => {
        tried.push(payload['n'])
        if (failures-- > 0) throw new Error('not yet')
        return undefined
      })
      await writeNumbers(`${key}.created`, 1, 3)
      await expect.poll(() => numbers(seen)).toEqual([1, 2, 3])
      expect(tried).toEqual([1, 1, 1, 2, 3])
    })

    it('parks what the handler refuses, or never can handle, and goes on; a retry has the same id', async () => {
      const key = word()
      const queue = queueOf(`${key}.#`)
      let isMended = false
      const seen = await consume(queue, ({ id, payload }) => {
        if (payload['n'] === 2 && !isMended) return { id, reason: 'NOT_UNDERSTOOD', message: 'no such thing' }
        if (payload['n'] === 4) throw new Error('never')
        return undefined
      })
      await writeNumbers(`${key}.created`, 1, 5)
      await expect.poll(async () => (await parked(key)).length).toBe(2)
      await expect.poll(() => numbers(seen).at(-1)).toBe(5)
      const [failed, refused] = await parked(key)
      expect(refused).toMatchObject({
        parkedAt: queue.name,
        reason: 'NOT_UNDERSTOOD',
        message: 'no such thing',
      })
      expect(failed).toMatchObject({ parkedAt: queue.name, reason: 'HANDLER_FAILED', message: 'never' })
      isMended = true
      const retry = () =>
        dataSource.transaction((manager) => retryParkedEvent(manager, refused?.id ?? '', randomUUID()))
      expect(await retry()).toMatchObject({ state: 'RETRIED' })
      expect(await retry()).toBe('SETTLED')
      await expect.poll(() => numbers(seen).at(-1)).toBe(2)
      const [first, again] = seen.filter(({ payload }) => payload['n'] === 2)
      expect(again?.id).toBe(first?.id)
    })

    it('parks what cannot be sent, and sends the rest', async () => {
      const key = word()
      const seen = await consume(queueOf(`${key}.#`))
      await write(dataSource, `${key}.${'x'.repeat(255)}`, { n: 1 })
      await write(dataSource, `${key}.large`, { n: 2, text: 'x'.repeat(1024 * 1024) })
      await write(dataSource, `${key}.fine`, { n: 3, text: 'x'.repeat(1024 * 1024 - 100) })
      await expect.poll(() => numbers(seen)).toEqual([3])
      expect((await parked(key)).map(({ parkedAt, reason }) => [parkedAt, reason])).toEqual([
        ['RELAY', 'TOO_LARGE'],
        ['RELAY', 'ROUTING_KEY_INVALID'],
      ])
    })

    it('goes on in another process where one stopped', async () => {
      const key = word()
      const queue = queueOf(`${key}.#`)
      const [bus, another] = buses
      const mine: unknown[] = []
      const subscription = await bus?.consume(queue, async (events) => {
        mine.push(...numbers(events))
        return []
      })
      await writeNumbers(`${key}.created`, 1, 3)
      await expect.poll(() => mine).toEqual([1, 2, 3])
      const seen = await consume(queue, undefined, another === undefined ? [] : [another])
      await writeNumbers(`${key}.created`, 4, 4)
      await expect.poll(() => mine).toEqual([1, 2, 3, 4])
      await subscription?.close()
      await writeNumbers(`${key}.created`, 5, 6)
      await expect.poll(() => numbers(seen)).toEqual([5, 6])
      expect(mine).toEqual([1, 2, 3, 4])
    })

    it(
      'goes on in another process when one is killed under load, and misses nothing',
      async () => {
        const key = word()
        const queue = queueOf(`${key}.#`)
        const options: ConsumerProcessOptions = { databaseUrl: database.url, amqpUrl, namespace, queue }
        const child = fork(new URL('./testing/consumer-process.ts', import.meta.url), [
          JSON.stringify(options),
        ])
        closings.push(async () => child.kill('SIGKILL'))
        const before: number[] = []
        child.on('message', (message: { got?: number[] }) => before.push(...(message.got ?? [])))
        await once(child, 'message')
        const sent = 2_000
        await writeNumbers(`${key}.created`, 1, 20)
        await expect.poll(() => before.length).toBeGreaterThan(0)
        const seen = await consume(queue)
        for (let n = 21; n <= sent; n += 20) {
          await writeNumbers(`${key}.created`, n, n + 19)
          if (n > sent / 4) child.kill('SIGKILL')
        }
        await expect.poll(() => numbers(seen).at(-1), { timeout: BUSY_MS }).toBe(sent)
        const received = [...before, ...numbers(seen)]
        const counted = tally(`bus over ${name}, consumer killed`, sent, received, (await parked(key)).length)
        expect(counted).toMatchObject({ missing: 0, parked: 0 })
        expect(seen.length).toBeLessThan(sent)
        expect(numbers(seen)).toEqual(count(sent).slice(-seen.length))
      },
      BUSY_MS,
    )

    it(
      'says that it is connected, and what was not handled',
      async () => {
        const key = word()
        const queue = queueOf(`${key}.#`)
        const first = await buses[0]?.consume(queue, async () => [])
        await first?.close()
        const { waitingEvents } = await readOutboxStatus(dataSource)
        await writeNumbers(`${key}.created`, 1, 3)
        await expect
          .poll(async () => {
            const status = await buses[0]?.status(queue)
            return status && { ...status, waiting: (await readOutboxStatus(dataSource)).waitingEvents }
          })
          .toMatchObject({
            connected: true,
            problem: '',
            // Nobody numbers them for a queue without a consumer: there they wait.
            ...(amqpUrl === undefined ? { waiting: waitingEvents + 3 } : { unhandled: 3, waiting: 0 }),
          })
        // Workers report every few seconds: the last report may tell of a connection that was lost for a moment.
        await expect
          .poll(() => readOutboxStatus(dataSource), { timeout: BUSY_MS / 2 })
          .toMatchObject({
            bus: amqpUrl === undefined ? 'POSTGRES' : 'RABBITMQ',
            connected: true,
            problem: '',
          })
      },
      BUSY_MS,
    )
  })
}
