import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { RetryPolicy } from '../../outbox/handle-events.ts'
import { type HousekeepingOptions, keepHouse } from '../../outbox/housekeeping.ts'
import { removeRelay } from '../../outbox/outbox-readers.ts'
import { queries } from '../../outbox/typeorm-database.ts'
import type { Bus } from '../../ports/bus.ts'
import type { Tracing } from '../../tracing/index.ts'
import type { AmqpServer } from '../amqp/index.ts'
import { createAmqpBus } from './amqp/amqp-bus.ts'
import { type BusMetrics, createBusMetrics } from './bus-metrics.ts'
import { createPostgresBus } from './postgres/postgres-bus.ts'
import { tracedHandling } from './traced-handling.ts'

export interface CreateBusOptions {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  /** Undefined: PostgreSQL carries events. */
  readonly amqp?: AmqpServer | undefined
  /** In front of the names of exchanges and queues, so that several installations can share a broker. */
  readonly namespace?: string
  readonly retries?: RetryPolicy
  /** Where figures of the bus are registered. */
  readonly registry?: Registry
  /** Undefined: the handling of events is not traced. */
  readonly tracing?: Tracing | undefined
  readonly log: Logger
}

/** What carries events, and all that goes with it: the relay, the state for operators, and the removal of old events. */
export async function createBus(options: CreateBusOptions): Promise<Bus> {
  const { dataSource, amqp, registry, log } = options
  const metrics = createBusMetrics(dataSource, registry)
  const watched = { metrics, tracing: options.tracing }
  if (amqp !== undefined) {
    const bus = createAmqpBus({ ...options, amqp, metrics })
    const problem = () => bus.problem()
    return withHousekeeping(bus, watched, { dataSource, bus: 'RABBITMQ', problem, log })
  }
  await removeRelay(queries(dataSource))
  const bus = createPostgresBus(options)
  // Without the database nothing is reported, and that tells.
  return withHousekeeping(bus, watched, { dataSource, bus: 'POSTGRES', problem: () => '', log })
}

function withHousekeeping(
  bus: Bus,
  { metrics, tracing }: { metrics: BusMetrics; tracing: Tracing | undefined },
  options: HousekeepingOptions,
): Bus {
  const house = keepHouse(options)
  return {
    consume: (queue, handle) =>
      bus.consume(queue, async (events) => {
        const refused = await tracedHandling(tracing, queue, events, () => handle(events))
        metrics.handled(
          queue.name,
          events.map(({ routingKey }) => routingKey),
        )
        return refused
      }),
    status: (queue) => bus.status(queue),
    async close() {
      await bus.close()
      await house.close()
    },
  }
}
