import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Handling, patientRetries, type RetryPolicy } from '../../../outbox/handle-events.ts'
import { type Lock, whileLocked } from '../../../outbox/locked-session.ts'
import { declareQueue, RELAY } from '../../../outbox/outbox-readers.ts'
import { countUnhandled } from '../../../outbox/outbox-status.ts'
import { queries } from '../../../outbox/typeorm-database.ts'
import type { Bus, BusQueue, BusStatus, HandleEvents, Subscription } from '../../../ports/bus.ts'
import type { AmqpServer } from '../../amqp/index.ts'
import type { BusMetrics } from '../bus-metrics.ts'
import { type BrokerConnection, brokerConnection } from './broker-connection.ts'
import { consumeQueue } from './queue-consumer.ts'
import { relayEvents } from './relay.ts'
import { type Names, namesOf } from './topology.ts'

export interface AmqpBusOptions {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  readonly amqp: AmqpServer
  readonly namespace?: string
  readonly retries?: RetryPolicy
  readonly metrics: BusMetrics
  readonly log: Logger
}

export interface AmqpBus extends Bus {
  /** Why events do not go through; empty when they do. */
  problem(): string
}

/** Events of the outbox by RabbitMQ: a relay sends them, one of all processes at a time. */
export function createAmqpBus(options: AmqpBusOptions): AmqpBus {
  return new RabbitBus(options)
}

class RabbitBus implements AmqpBus {
  readonly #options: AmqpBusOptions
  readonly #names: Names
  readonly #publishing: BrokerConnection
  readonly #consuming: BrokerConnection
  readonly #relay: Lock
  readonly #consumers = new Set<Lock>()

  constructor(options: AmqpBusOptions) {
    const { amqp: server, namespace = 'fairlead', databaseUrl, metrics, log } = options
    this.#options = options
    this.#names = namesOf(namespace)
    this.#publishing = brokerConnection({ server, name: 'fairlead relay', log })
    this.#consuming = brokerConnection({ server, name: 'fairlead consumer', log })
    this.#relay = whileLocked({ databaseUrl, name: RELAY, log }, (session) =>
      relayEvents(session, { connection: this.#publishing, names: this.#names, metrics, log }),
    )
  }

  async consume(queue: BusQueue, handle: HandleEvents): Promise<Subscription> {
    const { databaseUrl, dataSource, log, metrics, retries = patientRetries } = this.#options
    await declareQueue(queries(dataSource), queue)
    const reach = () => dataSource.query('select 1')
    const handling: Handling = { queue: queue.name, handle, retries, reach, log }
    const lock = whileLocked({ databaseUrl, name: queue.name, log }, (session) =>
      consumeQueue(session, {
        connection: this.#consuming,
        names: this.#names,
        queue,
        handling,
        metrics,
      }),
    )
    this.#consumers.add(lock)
    return {
      close: async () => {
        this.#consumers.delete(lock)
        await lock.close()
      },
    }
  }

  problem(): string {
    return this.#publishing.status().problem || this.#consuming.status().problem
  }

  async status(queue: BusQueue): Promise<BusStatus> {
    const problem = this.problem()
    try {
      const unhandled = await countUnhandled(queries(this.#options.dataSource), queue)
      return { connected: problem === '', problem, unhandled }
    } catch (error) {
      return {
        connected: false,
        problem: error instanceof Error ? error.message : String(error),
        unhandled: undefined,
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#relay, ...this.#consumers].map((lock) => lock.close()))
    await Promise.all([this.#publishing.close(), this.#consuming.close()])
  }
}
