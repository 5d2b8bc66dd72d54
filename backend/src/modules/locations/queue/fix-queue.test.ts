// Fixes through a queue of RabbitMQ into the database, with processes that are killed and batches that nobody can write.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openAmqpBatchConsumer, openAmqpBatchQueue } from '../../../adapters/batch-queue/index.ts'
import { inTransaction } from '../../../database/index.ts'
import type { BatchQueue } from '../../../ports/batch-queue.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { insertTestDevice } from '../../../testing/test-device.ts'
import { DirectFixSink, type FixBatch, FixBatchBuilder, type FixSink, KnownDevices } from '../fixes/index.ts'
import {
  countDeadBatches,
  FIX_QUEUE,
  FixConsumer,
  forgetDeadFixes,
  lastDeadBatches,
  QueuedFixSink,
  queueLagS,
} from './index.ts'
import { encodeBatch } from './queued-batch-codec.ts'
import type { ConsumerProcessOptions } from './testing/consumer-process.ts'
import { type QueueOfTest, queueOfTest } from './testing/queue-of-test.ts'

const amqpUrl = process.env['AMQP_URL']
const log = pino({ level: 'silent' })
const limits = { deliveries: 20 }
const beginMs = Math.floor((Date.now() - 86_400_000) / 1000) * 1000
/** Of the larger tests; a bench may ask for more. */
const BATCHES = Number(process.env['FAIRLEAD_QUEUE_BATCHES'] ?? 40)
const BATCH_FIXES = 500

if (amqpUrl === undefined) test.skip('fixes through a queue need a broker: set AMQP_URL', () => undefined)
else describe('fixes through a queue', () => tests(amqpUrl))

function tests(url: string): void {
  let database: TestDatabase
  let known: KnownDevices
  let organizationId: string
  let device: { id: string }
  let place: QueueOfTest
  let queue: BatchQueue
  let sink: QueuedFixSink
  const opened: { close(): Promise<void> }[] = []
  const started: ChildProcess[] = []

  beforeAll(async () => {
    database = await createTestDatabase()
    const [row] = await database.dataSource.query(
      `insert into organizations (id, slug, display_name, kind)
       values (gen_random_uuid(), 'lab', 'Lab', 'MEMBER') returning id`,
    )
    organizationId = row.id
    known = new KnownDevices(database.dataSource)
  })
  afterAll(() => database.drop())
  beforeEach(async () => {
    await database.dataSource.query('delete from fix_dead_batches')
    await database.dataSource.query('delete from fix_queue_marks')
    device = await insertTestDevice(database.dataSource, 'lab')
    place = await queueOfTest(url)
    queue = await openQueue()
    sink = new QueuedFixSink({ queue, database: database.dataSource, log })
  })
  afterEach(async () => {
    for (const process of started.splice(0)) {
      if (process.exitCode === null && process.signalCode === null) {
        process.kill('SIGKILL')
        await once(process, 'exit')
      }
    }
    for (const each of opened.splice(0)) await each.close()
    await place.remove()
  })

  async function openQueue(of: { batches?: number; deliveries: number } = limits): Promise<BatchQueue> {
    const server = { url }
    const made = openAmqpBatchQueue({
      server,
      namespace: place.namespace,
      name: FIX_QUEUE,
      limits: of,
      confirmTimeoutMs: 5_000,
      log,
    })
    opened.push(made)
    await expect.poll(() => made.problem(), { timeout: 10_000 }).toBe('')
    return made
  }

  async function consume(into: FixSink = new DirectFixSink({ dataSource: database.dataSource, log })) {
    const consumer = new FixConsumer({
      dataSource: database.dataSource,
      sink: into,
      consume: (handle) =>
        openAmqpBatchConsumer({
          server: { url },
          namespace: place.namespace,
          name: FIX_QUEUE,
          limits,
          prefetch: 8,
          handle,
          log,
        }),
      log,
    })
    opened.push({ close: () => consumer.stop() })
    await consumer.start()
  }

  function startProcess(change: Partial<ConsumerProcessOptions> = {}): ChildProcess {
    const { namespace } = place
    const options = { databaseUrl: database.url, amqpUrl: url, namespace, ...change }
    const entry = new URL('./testing/consumer-process.ts', import.meta.url)
    const process = fork(entry, [JSON.stringify(options)])
    started.push(process)
    return process
  }

  async function batchOf(first: number, count: number, of = device): Promise<FixBatch> {
    const devices = await known.resolve(organizationId, [of.id])
    const numbers = devices.find(of.id)
    if (numbers === undefined) throw new Error('the device is not known')
    const builder = new FixBatchBuilder(devices, { capacity: count })
    for (let index = first; index < first + count; index++) {
      expect(builder.add(numbers, beginMs + index * 1000, 47 + index / 1e6, 8.5, 5)).toBeUndefined()
    }
    return builder.build()
  }

  async function stored(of = device): Promise<number> {
    const [row] = await database.dataSource.query(
      `select count(*)::int as count from fixes join devices using (device_no) where devices.id = $1`,
      [of.id],
    )
    return row.count
  }

  test('are acknowledged once they are in the queue, and stored once', async () => {
    const batch = await batchOf(0, 1_000)
    expect(await sink.write(batch)).toEqual({ accepted: 1_000, duplicates: 0, gone: [], queued: true })
    await sink.write(batch)
    await expect.poll(() => queue.length()).toBe(2)
    expect(await stored()).toBe(0)
    await consume()
    await expect.poll(() => stored()).toBe(1_000)
    await expect.poll(() => place.lengths()).toEqual({ waiting: 0, dead: 0 })
    expect(await countDeadBatches(database.dataSource)).toBe(0)
  })

  test('wait in the queue while no worker is there, and the lag tells for how long', async () => {
    expect(await queueLagS(database.dataSource)).toBe(0)
    await sink.write(await batchOf(0, 10))
    const lagS = await queueLagS(database.dataSource)
    await expect.poll(() => queueLagS(database.dataSource)).toBeGreaterThan(lagS + 0.2)
    await consume()
    await expect.poll(() => queueLagS(database.dataSource)).toBe(0)
    expect(await stored()).toBe(10)
  })

  test('survive workers that are killed again and again: none is lost, and none is doubled', async () => {
    let kills = 0
    let current: ChildProcess | undefined
    let isDone = false
    const killing = (async () => {
      while (!isDone) {
        const process = startProcess()
        current = process
        let written = 0
        process.on('message', () => {
          // In the middle of its work: batches are being written, and others wait for their acknowledgement.
          if (++written === 10 && !isDone && process.kill('SIGKILL')) kills++
        })
        await once(process, 'exit')
      }
    })()
    const total = BATCHES * BATCH_FIXES
    const batches = Array.from({ length: BATCHES }, (_, index) => index * BATCH_FIXES)
    const width = 16
    for (let first = 0; first < batches.length; first += width) {
      const some = batches.slice(first, first + width)
      await Promise.all(some.map(async (begin) => sink.write(await batchOf(begin, BATCH_FIXES))))
    }
    await expect.poll(() => stored(), { timeout: 120_000, interval: 200 }).toBe(total)
    isDone = true
    current?.kill('SIGKILL')
    await killing
    expect(kills).toBeGreaterThan(2)
    await consume()
    await expect.poll(() => place.lengths()).toEqual({ waiting: 0, dead: 0 })
    expect(await stored()).toBe(total)
    expect(await countDeadBatches(database.dataSource)).toBe(0)
  }, 180_000)

  test('are put aside with the reason when nobody can read them, and the others are stored', async () => {
    const good = encodeBatch(await batchOf(0, 10))
    const wrongLatitude = Buffer.from(good)
    wrongLatitude.writeDoubleLE(Number.NaN, 16 + 10 * 8)
    await place.put(Buffer.from('nonsense'))
    await place.put(Buffer.alloc(0))
    await place.put(good.subarray(0, good.length - 1))
    await place.put(wrongLatitude)
    await sink.write(await batchOf(0, 10))
    await consume()
    await expect.poll(() => stored()).toBe(10)
    await expect.poll(() => countDeadBatches(database.dataSource)).toBe(4)
    await expect.poll(() => place.lengths()).toEqual({ waiting: 0, dead: 0 })
    const reasons = (await lastDeadBatches(database.dataSource, 100)).map(({ reason }) => reason).sort()
    expect(reasons).toEqual([
      'It does not begin as a batch of fixes does.',
      'It does not begin as a batch of fixes does.',
      'It says that it holds 10 fixes, and has 375 bytes.',
      'Its fix 0 has values that no fix has.',
    ])
    const kept = await database.dataSource.query(
      'select count(*)::int as count from fix_dead_batches where content is not null',
    )
    expect(kept).toEqual([{ count: 0 }])
  })

  test('are put aside after a few attempts when the database refuses them, and the others are stored', async () => {
    const direct = new DirectFixSink({ dataSource: database.dataSource, log })
    const refused = await batchOf(0, 10)
    let attempts = 0
    await consume({
      async write(batch) {
        if (batch.timesMs[0] !== refused.timesMs[0]) return direct.write(batch)
        attempts++
        await database.dataSource.query(`select 'x'::int`)
        throw new Error('the database took it')
      },
    })
    await sink.write(refused)
    await sink.write(await batchOf(100, 10))
    await expect.poll(() => countDeadBatches(database.dataSource)).toBe(1)
    expect(attempts).toBe(3)
    await expect.poll(() => stored()).toBe(10)
    expect(await lastDeadBatches(database.dataSource, 100)).toMatchObject([
      {
        reason: 'invalid input syntax for type integer: "x"',
        fixCount: 10,
        organizationDisplayName: 'Lab',
      },
    ])
    await expect.poll(() => place.lengths()).toEqual({ waiting: 0, dead: 0 })
  })

  test('that kill every worker are given up by the broker and put aside, and the others are stored', async () => {
    const poison = await batchOf(0, 10)
    await sink.write(poison)
    await sink.write(await batchOf(100, 10))
    let deaths = 0
    for (; (await countDeadBatches(database.dataSource)) === 0 && deaths < 10; deaths++) {
      const process = startProcess({ poisonTimeMs: poison.timesMs[0] ?? 0 })
      const ended = once(process, 'exit').then(() => true)
      const aside = expect
        .poll(() => countDeadBatches(database.dataSource), { timeout: 20_000 })
        .toBe(1)
        .then(() => false)
      if (!(await Promise.race([ended, aside]))) break
      aside.catch(() => undefined)
    }
    // Beside others once, and alone three times.
    expect(deaths).toBe(4)
    const [dead] = await lastDeadBatches(database.dataSource, 100)
    expect(dead).toMatchObject({
      fixCount: 10,
      reason: 'Workers that wrote it came to no end, again and again.',
    })
    await expect.poll(() => stored()).toBe(10)
  }, 60_000)

  test('wait when the database is away, and are stored when it is back', async () => {
    const direct = new DirectFixSink({ dataSource: database.dataSource, log })
    let isAway = true
    let attempts = 0
    await consume({
      write(batch) {
        attempts++
        if (isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
        return direct.write(batch)
      },
    })
    await sink.write(await batchOf(0, 10))
    await expect.poll(() => attempts, { timeout: 10_000 }).toBeGreaterThan(4)
    isAway = false
    await expect.poll(() => stored(), { timeout: 10_000 }).toBe(10)
    expect(await countDeadBatches(database.dataSource)).toBe(0)
  })

  test('are refused with the time to try again when the queue is full, and taken when there is room', async () => {
    await place.remove()
    place = await queueOfTest(url)
    const small = { batches: 5, deliveries: 3 }
    const full = new QueuedFixSink({
      queue: await openQueue(small),
      database: database.dataSource,
      log,
    })
    const batch = await batchOf(0, 10)
    let taken = 0
    const refusal = await (async () => {
      for (; taken < 50; taken++) {
        try {
          await full.write(batch)
        } catch (error) {
          return error
        }
      }
      return undefined
    })()
    expect(refusal).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'TOO_MANY_FIXES',
      retryDelayMs: 2_000,
    })
    expect(taken).toBeGreaterThanOrEqual(5)
    expect(taken).toBeLessThan(10)
  })

  test('are refused while the broker cannot be reached, at once and with the time to try again', async () => {
    const away = openAmqpBatchQueue({
      server: { url: 'amqp://127.0.0.1:9' },
      namespace: place.namespace,
      name: FIX_QUEUE,
      log,
    })
    opened.push(away)
    const refused = new QueuedFixSink({ queue: away, database: database.dataSource, log })
    await expect(refused.write(await batchOf(0, 10))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'QUEUE_UNAVAILABLE',
      retryDelayMs: 5_000,
    })
    expect(await queueLagS(database.dataSource)).toBe(0)
    expect(await away.length()).toBeUndefined()
  })

  test('of a device that is removed while they wait are not stored, nor kept among those put aside', async () => {
    const removed = await insertTestDevice(database.dataSource, 'lab')
    await sink.write(await batchOf(0, 10, removed))
    await sink.write(await batchOf(0, 10))
    const [{ device_no: deviceNo }] = await database.dataSource.query(
      'select device_no from devices where id = $1',
      [removed.id],
    )
    await database.dataSource.query('delete from devices where id = $1', [removed.id])
    await consume()
    await expect.poll(() => stored()).toBe(10)
    await expect.poll(() => place.lengths()).toEqual({ waiting: 0, dead: 0 })
    const left = 'select count(*)::int as count from fixes where device_no = $1'
    expect(await database.dataSource.query(left, [deviceNo])).toEqual([{ count: 0 }])
  })

  test('that were put aside are forgotten with their device, and those beside them are kept', async () => {
    const other = await insertTestDevice(database.dataSource, 'lab')
    const [mine, others] = [await batchOf(0, 10), await batchOf(0, 5, other)]
    await consume({
      write: async () => {
        throw new Error('never')
      },
    })
    for (const batch of [mine, others]) await sink.write(batch)
    await expect.poll(() => countDeadBatches(database.dataSource), { timeout: 10_000 }).toBe(2)
    const { deviceNos } = mine
    await inTransaction(database.dataSource, (manager) =>
      forgetDeadFixes(manager, { deviceNos: [...new Set(deviceNos)] }),
    )
    const counts = (await lastDeadBatches(database.dataSource, 100)).map(({ fixCount }) => fixCount)
    expect(counts.sort()).toEqual([0, 5])
    const traces = await database.dataSource.query(
      'select content is null as is_gone, device_nos from fix_dead_batches where fix_count = 0',
    )
    expect(traces).toEqual([{ is_gone: true, device_nos: [] }])
  })
}
