import type { Channel, ChannelModel } from 'amqplib'
import type { Logger } from 'pino'
import type { InboxHead, PushMessage, PushSender } from '../../../ports/push.ts'
import { type AmqpConnection, type AmqpServer, openAmqpConnection } from '../../amqp/index.ts'
import { encodeHeads } from '../push-codec.ts'
import { PushBacklog } from './push-backlog.ts'
import { assertPushExchange, HEADS_KEY, pushExchange } from './push-exchange.ts'

export interface AmqpPushSenderOptions {
  readonly server: AmqpServer
  readonly log: Logger
  /** Of this installation, such as "fairlead". */
  readonly namespace: string
  /** Of messages that wait while the broker is away or takes none. Default 8 MiB. */
  readonly maxBacklogBytes?: number
}

const MAX_BACKLOG_BYTES = 8 * 1024 * 1024
/** A larger notification is read from the inbox by whoever waits for it. */
const MAX_MESSAGE_BYTES = 64 * 1024
/** How long closing waits for the broker to take what is left. */
const CLOSE_TIMEOUT_MS = 2_000

/** Publishes to an exchange to which frontends bind the users they have. */
export function createAmqpPushSender(options: AmqpPushSenderOptions): PushSender {
  return new AmqpPushSender(options)
}

class AmqpPushSender implements PushSender {
  readonly #exchange: string
  readonly #backlog: PushBacklog
  readonly #connection: AmqpConnection
  /** Undefined while the broker is away. */
  #channel: Channel | undefined
  /** The broker, or the network, takes nothing just now. */
  #full = false

  constructor({ server, log, namespace, maxBacklogBytes }: AmqpPushSenderOptions) {
    this.#exchange = pushExchange(namespace)
    this.#backlog = new PushBacklog({
      maxBytes: maxBacklogBytes ?? MAX_BACKLOG_BYTES,
      maxMessageBytes: MAX_MESSAGE_BYTES,
    })
    this.#connection = openAmqpConnection({
      server,
      name: 'fairlead push',
      log,
      begin: (model) => this.#begin(model, log),
      onLost: () => {
        this.#channel = undefined
      },
    })
  }

  async send(messages: readonly PushMessage[]): Promise<void> {
    for (const message of messages) this.#backlog.add(message)
    this.#flush()
  }

  async sendHeads(heads: readonly InboxHead[]): Promise<void> {
    for (const head of heads) this.#backlog.addHead(head)
    this.#flush()
  }

  async close(): Promise<void> {
    const channel = this.#channel
    if (channel !== undefined) {
      // Answered when the broker has read what was written before.
      const timeout = AbortSignal.timeout(CLOSE_TIMEOUT_MS)
      const timedOut = new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve()))
      await Promise.race([channel.checkExchange(this.#exchange).catch(() => undefined), timedOut])
    }
    await this.#connection.close()
  }

  async #begin(model: ChannelModel, log: Logger): Promise<void> {
    const channel = await model.createChannel()
    channel.on('error', (error) => log.warn({ err: error }, 'the channel of pushes failed'))
    // A channel that is closed alone would leave a connection that publishes nothing.
    channel.on('close', () => {
      if (this.#channel !== channel) return
      this.#channel = undefined
      model.close().catch(() => undefined)
    })
    channel.on('drain', () => {
      this.#full = false
      this.#flush()
    })
    await assertPushExchange(channel, this.#exchange)
    this.#full = false
    this.#channel = channel
    this.#flush()
  }

  #flush(): void {
    while (!this.#full) {
      const channel = this.#channel
      if (channel === undefined) return
      const message = this.#backlog.take()
      if (message === undefined) break
      this.#publish(channel, message.userId, message.content)
    }
    const channel = this.#channel
    if (channel === undefined || this.#full) return
    for (const text of encodeHeads(this.#backlog.takeHeads(), MAX_MESSAGE_BYTES)) {
      this.#publish(channel, HEADS_KEY, Buffer.from(text))
    }
  }

  #publish(channel: Channel, routingKey: string, content: Buffer): void {
    this.#full = !channel.publish(this.#exchange, routingKey, content, { persistent: false })
  }
}
