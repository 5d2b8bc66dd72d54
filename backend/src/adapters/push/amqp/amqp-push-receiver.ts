import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import type { Logger } from 'pino'
import type { PushReceiver, PushReceiverHandlers } from '../../../ports/push.ts'
import { type AmqpConnection, type AmqpServer, openAmqpConnection } from '../../amqp/index.ts'
import { receive } from '../push-codec.ts'
import { assertPushExchange, HEADS_KEY, pushExchange } from './push-exchange.ts'

export interface AmqpPushReceiverOptions {
  readonly server: AmqpServer
  readonly handlers: PushReceiverHandlers
  readonly log: Logger
  /** Of this installation, such as "fairlead". */
  readonly namespace: string
}

/** Beyond it the oldest go: whoever misses them reads them from the inbox. */
const MAX_QUEUED_MESSAGES = 20_000

interface Topology {
  readonly channel: Channel
  readonly queue: string
}

/** A queue of its own, which goes with its connection, bound to the users who have sockets here. */
export function openAmqpPushReceiver(options: AmqpPushReceiverOptions): PushReceiver {
  return new AmqpPushReceiver(options)
}

class AmqpPushReceiver implements PushReceiver {
  readonly #options: AmqpPushReceiverOptions
  readonly #exchange: string
  readonly #bound = new Set<string>()
  readonly #connection: AmqpConnection
  /** From when on users are bound as they come. */
  #topology: Topology | undefined
  #consuming = false

  constructor(options: AmqpPushReceiverOptions) {
    this.#options = options
    this.#exchange = pushExchange(options.namespace)
    this.#connection = openAmqpConnection({
      server: options.server,
      name: 'fairlead push receiver',
      log: options.log,
      begin: (model) => this.#begin(model),
      onLost: () => {
        this.#topology = undefined
        this.#consuming = false
      },
    })
  }

  async bind(userId: string): Promise<void> {
    this.#bound.add(userId)
    if (this.#topology !== undefined) await this.#bind(this.#topology, userId)
  }

  unbind(userId: string): void {
    if (!this.#bound.delete(userId) || this.#topology === undefined) return
    const { channel, queue } = this.#topology
    this.#ask(() => channel.unbindQueue(queue, this.#exchange, userId))
  }

  connected(): boolean {
    return this.#consuming
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #begin(model: ChannelModel): Promise<void> {
    const { log, handlers } = this.#options
    const channel = await model.createChannel()
    const abandon = () => {
      if (this.#topology?.channel === channel) model.close().catch(() => undefined)
    }
    channel.on('error', (error) => log.warn({ err: error }, 'the channel of pushes failed'))
    // A channel that is closed alone would leave a connection that receives nothing.
    channel.on('close', abandon)
    await assertPushExchange(channel, this.#exchange)
    const { queue } = await channel.assertQueue('', {
      exclusive: true,
      autoDelete: true,
      durable: false,
      maxLength: MAX_QUEUED_MESSAGES,
      arguments: { 'x-overflow': 'drop-head' },
    })
    await channel.bindQueue(queue, this.#exchange, HEADS_KEY)
    this.#topology = { channel, queue }
    const binding: Promise<void>[] = []
    for (const userId of this.#bound) binding.push(this.#bind(this.#topology, userId))
    await Promise.all(binding)
    // The queue was deleted from outside when a consumer is told null.
    await channel.consume(queue, (message) => (message === null ? abandon() : this.#receive(message)), {
      noAck: true,
      exclusive: true,
    })
    this.#consuming = true
    handlers.onResync()
  }

  #bind({ channel, queue }: Topology, userId: string): Promise<void> {
    return this.#ask(() => channel.bindQueue(queue, this.#exchange, userId))
  }

  /** What a lost connection leaves undone is done by `begin` on the next one. */
  async #ask(question: () => Promise<unknown>): Promise<void> {
    try {
      await question()
    } catch (error) {
      this.#options.log.debug({ err: error }, 'a binding has to wait for the next connection')
    }
  }

  #receive(message: ConsumeMessage): void {
    try {
      receive(message.content.toString(), this.#bound, this.#options.handlers)
    } catch (error) {
      this.#options.log.warn({ err: error }, 'a push message was dropped')
    }
  }
}
