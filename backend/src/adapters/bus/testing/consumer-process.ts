// A process that consumes a queue, says which events it has, and is made to be killed.
import { pino } from 'pino'
import { createDataSource } from '../../../database/index.ts'
import { createBus } from '../create-bus.ts'

export interface ConsumerProcessOptions {
  readonly databaseUrl: string
  readonly amqpUrl?: string | undefined
  readonly namespace?: string | undefined
  readonly queue: { readonly name: string; readonly patterns: readonly string[] }
}

const options: ConsumerProcessOptions = JSON.parse(process.argv[2] ?? '')
const { databaseUrl, amqpUrl, namespace } = options
const dataSource = await createDataSource(databaseUrl).initialize()
const bus = await createBus({
  databaseUrl,
  dataSource,
  amqp: amqpUrl === undefined ? undefined : { url: amqpUrl },
  ...(namespace === undefined ? {} : { namespace }),
  log: pino({ level: 'silent' }),
})
await bus.consume(options.queue, async (events) => {
  process.send?.({ got: events.map(({ payload }) => payload['n']) })
  return []
})
process.send?.({ ready: true })
