import { type ConfirmChannel, connect } from 'amqplib'

/** amqplib alone: one connection, a batch published and confirmed before the next. */
export class BarePublisher {
  readonly #channel: ConfirmChannel
  readonly #exchange: string
  readonly close: () => Promise<void>

  private constructor(channel: ConfirmChannel, exchange: string, close: () => Promise<void>) {
    this.#channel = channel
    this.#exchange = exchange
    this.close = close
  }

  /** With a quorum queue that gets everything, as the relay's. */
  static async open(url: string, prefix: string): Promise<BarePublisher> {
    const connection = await connect(url, { noDelay: true })
    const channel = await connection.createConfirmChannel()
    const exchange = `${prefix}bare`
    await channel.assertExchange(exchange, 'topic', { durable: true })
    await channel.assertQueue(exchange, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    await channel.bindQueue(exchange, exchange, 'jobs.#')
    return new BarePublisher(channel, exchange, async () => {
      await channel.deleteQueue(exchange)
      await channel.deleteExchange(exchange)
      await connection.close()
    })
  }

  async empty(): Promise<void> {
    await this.#channel.purgeQueue(this.#exchange)
  }

  /** @returns ms until the last one was confirmed */
  async publish(routingKey: string, bodies: readonly Buffer[], batch: number): Promise<number> {
    const beginMs = performance.now()
    for (let first = 0; first < bodies.length; first += batch) {
      for (const [place, body] of bodies.slice(first, first + batch).entries()) {
        this.#channel.publish(this.#exchange, routingKey, body, {
          persistent: true,
          messageId: String(first + place),
          contentType: 'application/json',
        })
      }
      await this.#channel.waitForConfirms()
    }
    return performance.now() - beginMs
  }
}
