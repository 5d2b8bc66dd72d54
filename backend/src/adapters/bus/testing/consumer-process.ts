// A process that relays, and consumes a queue and says which events it has. Made to be killed.
import { pino } from 'pino'
import { createDataSource } from '../../../database/index.ts'
import { createBus } from '../create-bus.ts'

export interface ConsumerProcessOptions {
  readonly databaseUrl: string
  readonly amqpUrl?: string | undefined
  readonly namespace?: string | undefined
  /** Undefined: it only relays. */
  readonly queue?: { readonly name: string; readonly patterns: readonly string[] }
}

/** Sent once everything runs, and with what came in. */
export interface ConsumerProcessMessage {
  readonly got: readonly unknown[]
  /** The most memory that it has ever had, in KiB. */
  readonly peakKib: number
}

const options: ConsumerProcessOptions = JSON.parse(process.argv[2] ?? '')
const { databaseUrl, amqpUrl, namespace, queue } = options
const dataSource = await createDataSource(databaseUrl).initialize()
const bus = await createBus({
  databaseUrl,
  dataSource,
  amqp: amqpUrl === undefined ? undefined : { url: amqpUrl },
  ...(namespace === undefined ? {} : { namespace }),
  log: pino({ level: 'silent' }),
})
const say = (got: readonly unknown[]) => {
  const message: ConsumerProcessMessage = { got, peakKib: process.resourceUsage().maxRSS }
  process.send?.(message)
}
if (queue !== undefined) {
  await bus.consume(queue, async (events) => {
    say(events.map(({ payload }) => payload['n']))
    return []
  })
}
say([])
