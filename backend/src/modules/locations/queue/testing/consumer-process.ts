// A process that writes fixes from a queue into the database, as a worker does. Made to be killed.
import { pino } from 'pino'
import { openAmqpBatchConsumer } from '../../../../adapters/batch-queue/index.ts'
import { createDataSource } from '../../../../database/index.ts'
import { DirectFixSink } from '../../fixes/index.ts'
import { FIX_QUEUE, FixConsumer } from '../index.ts'

export interface ConsumerProcessOptions {
  readonly databaseUrl: string
  readonly amqpUrl: string
  readonly namespace: string
  /** Died of, where a batch has a fix at this time, in ms since 1970. */
  readonly poisonTimeMs?: number
}

const options: ConsumerProcessOptions = JSON.parse(process.argv[2] ?? '')
const dataSource = await createDataSource(options.databaseUrl).initialize()
const log = pino({ level: 'silent' })
const sink = new DirectFixSink({ dataSource, log })
const consumer = new FixConsumer({
  dataSource,
  sink: {
    async write(batch) {
      if (options.poisonTimeMs !== undefined && batch.timesMs.includes(options.poisonTimeMs)) {
        process.kill(process.pid, 'SIGKILL')
      }
      const outcome = await sink.write(batch)
      process.send?.('written')
      return outcome
    },
  },
  consume: (handle) =>
    openAmqpBatchConsumer({
      server: { url: options.amqpUrl },
      namespace: options.namespace,
      name: FIX_QUEUE,
      limits: { deliveries: 20 },
      prefetch: 8,
      handle,
      log,
    }),
  log,
})
await consumer.start()
