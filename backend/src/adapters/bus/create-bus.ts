import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { RetryPolicy } from '../../outbox/handle-events.ts'
import { keepHouse } from '../../outbox/housekeeping.ts'
import { removeRelay } from '../../outbox/outbox-readers.ts'
import { queries } from '../../outbox/typeorm-database.ts'
import type { Bus } from '../../ports/bus.ts'
import type { AmqpServer } from '../amqp/index.ts'
import { createPostgresBus } from './postgres/postgres-bus.ts'

export interface CreateBusOptions {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  /** Undefined: PostgreSQL carries events. */
  readonly amqp?: AmqpServer | undefined
  /** In front of the names of exchanges and queues, so that several installations can share a broker. */
  readonly namespace?: string
  readonly retries?: RetryPolicy
  readonly log: Logger
}

/** What carries events, and all that goes with it: the relay, the state for operators, and the removal of old events. */
export async function createBus(options: CreateBusOptions): Promise<Bus> {
  const { dataSource, log } = options
  await removeRelay(queries(dataSource))
  const bus = createPostgresBus(options)
  const house = keepHouse({ dataSource, bus: 'POSTGRES', problem: () => '', log })
  return {
    consume: (queue, handle) => bus.consume(queue, handle),
    status: (queue) => bus.status(queue),
    async close() {
      await bus.close()
      await house.close()
    },
  }
}
