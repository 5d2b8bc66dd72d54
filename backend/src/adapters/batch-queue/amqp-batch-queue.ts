import type { ChannelModel, ConfirmChannel, Message } from 'amqplib'
import type { Logger } from 'pino'
import { v4 } from 'uuid'
import { type BatchQueue, BatchRefused } from '../../ports/batch-queue.ts'
import { type AmqpConnection, type AmqpServer, openAmqpConnection } from '../amqp/index.ts'
import {
  assertBatchQueue,
  type BatchQueueLimits,
  type BatchQueueNames,
  batchQueueNames,
  lengthOf,
} from './batch-topology.ts'

export interface AmqpBatchQueueOptions {
  readonly server: AmqpServer
  /** Of this installation, such as "fairlead". */
  readonly namespace: string
  /** Of the queue, within the namespace. */
  readonly name: string
  readonly limits?: BatchQueueLimits
  /** How long the broker may take to confirm a batch. Default 10 s. */
  readonly confirmTimeoutMs?: number
  readonly log: Logger
}

const CONFIRM_TIMEOUT_MS = 10_000
/** Sent and not confirmed; whoever brings more is told to wait. */
const UNCONFIRMED_BYTES_MAX = 32 * 1024 * 1024

/** Sends batches to a queue of RabbitMQ, each confirmed by the broker once it is on disk. */
export function openAmqpBatchQueue(options: AmqpBatchQueueOptions): BatchQueue {
  return new AmqpBatchQueue(options)
}

class AmqpBatchQueue implements BatchQueue {
  readonly #options: AmqpBatchQueueOptions
  readonly #names: BatchQueueNames
  readonly #connection: AmqpConnection
  /** Those that were sent, by message id, and how they are told that the queue was not there. */
  readonly #unconfirmed = new Map<string, (refusal: BatchRefused) => void>()
  #unconfirmedBytes = 0
  #channel: ConfirmChannel | undefined

  constructor(options: AmqpBatchQueueOptions) {
    this.#options = options
    this.#names = batchQueueNames(options.namespace, options.name)
    this.#connection = openAmqpConnection({
      server: options.server,
      name: `fairlead ${options.name} sender`,
      log: options.log,
      begin: (model) => this.#begin(model),
      onLost: () => {
        this.#channel = undefined
      },
    })
  }

  async send(content: Buffer, headers: Readonly<Record<string, string>>): Promise<void> {
    const channel = this.#channel
    if (channel === undefined) throw away(this.problem())
    if (this.#connection.status().blocked) throw new BatchRefused('FULL', this.problem())
    if (this.#unconfirmedBytes > 0 && this.#unconfirmedBytes + content.length > UNCONFIRMED_BYTES_MAX)
      throw new BatchRefused('FULL', 'the broker is behind with confirming')
    this.#unconfirmedBytes += content.length
    const messageId = v4()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#unconfirmed.set(messageId, reject)
    const timer = setTimeout(
      () => reject(away('the broker did not confirm in time')),
      this.#options.confirmTimeoutMs ?? CONFIRM_TIMEOUT_MS,
    )
    try {
      const sent = { persistent: true, mandatory: true, messageId, headers }
      channel.publish('', this.#names.queue, content, sent, (error: unknown) => {
        if (error === null || error === undefined) resolve()
        else reject(this.#refusalOf(channel, error))
      })
      await promise
    } catch (error) {
      throw error instanceof BatchRefused ? error : away('the channel to the broker failed', error)
    } finally {
      clearTimeout(timer)
      this.#unconfirmed.delete(messageId)
      this.#unconfirmedBytes -= content.length
    }
  }

  length(): Promise<number | undefined> {
    return lengthOf(this.#channel, this.#names, this.#options.log)
  }

  problem(): string {
    const { problem } = this.#connection.status()
    return this.#channel === undefined && problem === '' ? 'not connected' : problem
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #begin(model: ChannelModel): Promise<void> {
    const { log, limits = {} } = this.#options
    const channel = await model.createConfirmChannel()
    channel.on('error', (error) => log.warn({ err: error }, 'the channel of batches failed'))
    // A channel that is closed alone would leave a connection that sends nothing.
    channel.on('close', () => {
      if (this.#channel === channel) model.close().catch(() => undefined)
    })
    // Comes before the confirmation. The queue was deleted; the next connection makes it again.
    channel.on('return', ({ properties }: Message) => {
      this.#unconfirmed.get(String(properties.messageId))?.(away('the queue is not there'))
      model.close().catch(() => undefined)
    })
    await assertBatchQueue(channel, this.#names, limits)
    this.#channel = channel
  }

  /** A broker that says no has no room; a channel that is gone says nothing. */
  #refusalOf(channel: ConfirmChannel, error: unknown): BatchRefused {
    if (this.#channel === channel) return new BatchRefused('FULL', 'the queue is full', { cause: error })
    return away('the channel to the broker was lost', error)
  }
}

function away(message: string, cause?: unknown): BatchRefused {
  return new BatchRefused('AWAY', message, { cause })
}
