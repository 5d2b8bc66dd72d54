import { setTimeout } from 'node:timers/promises'
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import type { Logger } from 'pino'
import type { BatchConsumer, HandleBatch, QueuedBatch } from '../../ports/batch-queue.ts'
import { type AmqpConnection, type AmqpServer, openAmqpConnection } from '../amqp/index.ts'
import {
  assertBatchQueue,
  type BatchQueueLimits,
  type BatchQueueNames,
  batchQueueNames,
  lengthOf,
} from './batch-topology.ts'

export interface AmqpBatchConsumerOptions {
  readonly server: AmqpServer
  readonly namespace: string
  readonly name: string
  /** The same as the sender's: whoever comes first makes the queue. */
  readonly limits?: BatchQueueLimits
  /** Batches that are handled at a time. */
  readonly prefetch: number
  readonly handle: HandleBatch
  readonly log: Logger
}

/** What failed is not given to another consumer at once, which would fail alike. */
const RETURN_AFTER_MS = 1_000
/** Closing does not wait longer for what was begun: the broker gives it to another consumer. */
const CLOSE_TIMEOUT_MS = 10_000

/** Handles the batches of a queue of RabbitMQ, and those that the broker gave up. */
export function openAmqpBatchConsumer(options: AmqpBatchConsumerOptions): BatchConsumer {
  return new AmqpBatchConsumer(options)
}

class AmqpBatchConsumer implements BatchConsumer {
  readonly #options: AmqpBatchConsumerOptions
  readonly #names: BatchQueueNames
  readonly #connection: AmqpConnection
  readonly #handling = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #channel: Channel | undefined
  #tags: readonly string[] = []

  constructor(options: AmqpBatchConsumerOptions) {
    this.#options = options
    this.#names = batchQueueNames(options.namespace, options.name)
    this.#connection = openAmqpConnection({
      server: options.server,
      name: `fairlead ${options.name} consumer`,
      log: options.log,
      begin: (model) => this.#begin(model),
      onLost: () => {
        this.#channel = undefined
      },
    })
  }

  length(): Promise<number | undefined> {
    return lengthOf(this.#channel, this.#names, this.#options.log)
  }

  problem(): string {
    const { problem } = this.#connection.status()
    return this.#channel === undefined && problem === '' ? 'not connected' : problem
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const channel = this.#channel
    if (channel !== undefined) {
      const cancelled = this.#tags.map((tag) => channel.cancel(tag))
      await Promise.race([Promise.allSettled(cancelled), this.#late()])
    }
    await Promise.race([Promise.allSettled(this.#handling), this.#late()])
    await this.#connection.close()
  }

  async #late(): Promise<void> {
    await setTimeout(CLOSE_TIMEOUT_MS, undefined, { ref: false })
  }

  async #begin(model: ChannelModel): Promise<void> {
    const { log, limits = {}, prefetch } = this.#options
    const names = this.#names
    const channel = await model.createChannel()
    const abandon = () => {
      if (this.#channel === channel) model.close().catch(() => undefined)
    }
    channel.on('error', (error) => log.warn({ err: error }, 'the channel of batches failed'))
    channel.on('close', abandon)
    await assertBatchQueue(channel, names, limits)
    await channel.prefetch(prefetch)
    this.#channel = channel
    const consume = async (queue: string, isDead: boolean) => {
      // The queue was deleted when a consumer is told null.
      const { consumerTag } = await channel.consume(queue, (message) =>
        message === null ? abandon() : this.#take(channel, message, isDead),
      )
      return consumerTag
    }
    this.#tags = [await consume(names.queue, false), await consume(names.dead, true)]
  }

  #take(channel: Channel, message: ConsumeMessage, isDead: boolean): void {
    // What arrives while we close is given to another consumer.
    if (this.#closing.signal.aborted) return
    const handling = this.#handle(channel, message, isDead).finally(() => this.#handling.delete(handling))
    this.#handling.add(handling)
  }

  async #handle(channel: Channel, message: ConsumeMessage, isDead: boolean): Promise<void> {
    const { handle, log } = this.#options
    const settle = (deal: () => void) => {
      // The broker has taken back what a lost channel had.
      if (this.#channel === channel) deal()
    }
    try {
      await handle(batchOf(message, isDead))
      settle(() => channel.ack(message))
    } catch (error) {
      if (!this.#closing.signal.aborted) log.warn({ err: error }, 'a batch was not handled; it comes again')
      await setTimeout(RETURN_AFTER_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined)
      settle(() => channel.nack(message, false, true))
    }
  }
}

function batchOf({ content, properties }: ConsumeMessage, isDead: boolean): QueuedBatch {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(properties.headers ?? {})) {
    if (typeof value === 'string') headers[name] = value
  }
  const { messageId, headers: given } = properties
  const deliveries: unknown = given?.['x-delivery-count']
  return {
    id: typeof messageId === 'string' ? messageId : '',
    content,
    headers,
    deliveries: typeof deliveries === 'number' ? deliveries : 0,
    givenUp: isDead ? reasonOf(headers) : undefined,
  }
}

const reasons: Readonly<Record<string, string>> = {
  delivery_limit: 'It was given to workers again and again, and none of them came to its end.',
  expired: 'It waited for longer than the queue keeps batches.',
  maxlen: 'The queue was full.',
}

function reasonOf(headers: Readonly<Record<string, string>>): string {
  const reason = headers['x-first-death-reason'] ?? ''
  return reasons[reason] ?? `The message broker gave it up: ${reason || 'it did not say why'}.`
}
