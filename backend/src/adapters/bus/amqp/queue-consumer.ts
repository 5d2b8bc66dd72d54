import type { Channel, ChannelModel, ConsumeMessage, GetMessage } from 'amqplib'
import { type Handling, handleEvents } from '../../../outbox/handle-events.ts'
import { type LockedSession, pause } from '../../../outbox/locked-session.ts'
import type { OutboxEvent } from '../../../outbox/outbox-event.ts'
import {
  findRelayPosition,
  movePosition,
  readLastSequence,
  readPosition,
} from '../../../outbox/outbox-readers.ts'
import { parkEvent } from '../../../outbox/parked-events.ts'
import { BATCH, type ReadEvents, readEvents } from '../../../outbox/read-events.ts'
import { topicExpression } from '../../../outbox/topic-pattern.ts'
import type { BusQueue } from '../../../ports/bus.ts'
import type { BusMetrics } from '../bus-metrics.ts'
import { Breakage } from './breakage.ts'
import type { BrokerConnection } from './broker-connection.ts'
import { type ReceivedEvent, receivedEventOf } from './event-message.ts'
import { assertTopology, type Names } from './topology.ts'

export interface QueueConsumerOptions {
  readonly connection: BrokerConnection
  readonly names: Names
  readonly queue: BusQueue
  readonly handling: Handling
  readonly metrics: BusMetrics
}

/** Two batches: one that is handled, and one that comes in meanwhile. */
const PREFETCH = 2 * BATCH
/** After this long without a message the outbox is asked whether any was lost. */
const IDLE_MS = 1_000
/** How often dead letters are looked for at least. */
const LETTERS_MS = 5_000
/** Whose delivery failed this often may be what its consumer died of: it is handled alone. */
const SUSPICIOUS_DELIVERIES = 3
/** Events of others that are passed by before the position is written down. */
const UNWRITTEN_MAX = 1_000
const RETRY_MS = 200

/** Handles what the queue gets, in order, while the session lasts. */
export async function consumeQueue(session: LockedSession, options: QueueConsumerOptions): Promise<void> {
  while (!session.signal.aborted) {
    const model = await options.connection.model(session.signal)
    if (model === undefined) return
    const consumer = new QueueConsumer(session, options, model)
    try {
      await consumer.run()
    } catch (error) {
      if (session.signal.aborted) throw error
      const { log, queue } = options.handling
      log.warn({ err: error, queue }, 'consuming was interrupted; it goes on after the last handled event')
    } finally {
      await consumer.close()
    }
    await pause(RETRY_MS * (0.5 + Math.random()), session.signal)
  }
}

/**
 * The broker carries events, and the outbox tells which there are. Each message says which event of the queue came
 * before it, and the relay which it sent last: what the broker has lost (purged, or died with) is noticed, and read
 * from the outbox in its place. What comes twice, or late, is told by its number.
 */
class QueueConsumer {
  readonly #session: LockedSession
  readonly #options: QueueConsumerOptions
  readonly #model: ChannelModel
  readonly #expressions: readonly RegExp[]
  readonly #breakage = new Breakage()
  readonly #messages: ConsumeMessage[] = []
  #arrived = Promise.withResolvers<void>()
  #channel: Channel | undefined
  /** When dead letters were looked for last. */
  #lettersMs = 0
  /** As written down. */
  #position = 0
  /** Every event of the queue up to this one is dealt with; never behind the position. */
  #passed = 0
  /** The outbox has numbered events up to this one at least. */
  #numbered = 0

  constructor(session: LockedSession, options: QueueConsumerOptions, model: ChannelModel) {
    this.#session = session
    this.#options = options
    this.#model = model
    this.#expressions = options.queue.patterns.map((pattern) => new RegExp(topicExpression(pattern)))
  }

  async run(): Promise<void> {
    const { names, queue } = this.#options
    const { signal } = this.#session
    this.#position = await readPosition(this.#session, queue.name)
    this.#passed = this.#position
    await assertTopology(this.#model, names, [queue])
    const channel = await this.#model.createChannel()
    this.#channel = channel
    channel.on('error', (error) => this.#breakage.break(error))
    channel.on('close', () => this.#breakage.break(new Error('the channel to the broker closed')))
    await channel.prefetch(PREFETCH)
    await channel.consume(names.queue(queue.name), (message) => {
      // The queue was deleted.
      if (message === null) this.#breakage.break(new Error('the broker ended the consumption'))
      else this.#messages.push(message)
      this.#arrived.resolve()
    })
    while (!signal.aborted) {
      if (this.#messages.length === 0) await this.#idle()
      if (signal.aborted) return
      // What is handled already has been acknowledged, or will come again.
      this.#breakage.throwIfBroken()
      if (this.#messages.length === 0) await this.#seekLost(channel)
      else await this.#handleMessages(channel, this.#messages.splice(0, BATCH))
    }
  }

  async close(): Promise<void> {
    await Promise.race([
      // It may be gone already.
      this.#channel?.close().catch(() => undefined),
      pause(IDLE_MS, new AbortController().signal),
    ])
  }

  async #idle(): Promise<void> {
    this.#arrived = Promise.withResolvers<void>()
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#session.signal])
    const arrivedOrLate = Promise.race([this.#arrived.promise, pause(IDLE_MS, signal)])
    await this.#breakage.until(arrivedOrLate).finally(() => over.abort())
  }

  async #handleMessages(channel: Channel, messages: readonly ConsumeMessage[]): Promise<void> {
    const isSuspicious = messages.some((message) => deliveriesOf(message) >= SUSPICIOUS_DELIVERIES)
    let events: OutboxEvent[] = []
    let last: ConsumeMessage | undefined
    const handle = async () => {
      await this.#handle(events)
      events = []
      if (last !== undefined) channel.ack(last, true)
      last = undefined
    }
    for (const message of messages) {
      const event = receivedEventOf(message)
      if (event === undefined || !(await this.#isNumbered(event))) {
        channel.reject(message, false)
        continue
      }
      if (this.#isMissingBefore(event, events.at(-1)?.sequence ?? this.#passed)) {
        await handle()
        await this.#recover(channel, event.sequence - 1)
      }
      last = message
      if (event.sequence > (events.at(-1)?.sequence ?? this.#passed) && this.#isOurs(event))
        events.push(event)
      if (isSuspicious) await handle()
    }
    await handle()
  }

  /** Whether there may be events of the queue between that one and this one. */
  #isMissingBefore(event: ReceivedEvent, after: number): boolean {
    if (event.sequence <= after + 1) return false
    const previous = event.previous[this.#options.queue.name]
    return previous === undefined || previous > after
  }

  /** What the outbox has not numbered yet was sent before the database was restored, or by someone else. */
  async #isNumbered({ sequence }: OutboxEvent): Promise<boolean> {
    if (sequence > this.#numbered) this.#numbered = await readLastSequence(this.#session)
    return sequence <= this.#numbered
  }

  /** A binding of earlier patterns may still be there. */
  #isOurs({ routingKey }: OutboxEvent): boolean {
    return this.#expressions.some((expression) => expression.test(routingKey))
  }

  async #handle(events: readonly OutboxEvent[]): Promise<void> {
    const last = events.at(-1)
    if (last === undefined) return
    await handleEvents(this.#session, this.#options.handling, events)
    await this.#moveTo(last.sequence)
  }

  async #moveTo(sequence: number): Promise<void> {
    await movePosition(this.#session, this.#options.queue.name, this.#position, sequence)
    this.#position = sequence
    this.#passed = sequence
  }

  /** Handles the queue's events up to that one from the outbox. */
  async #recover(channel: Channel, until: number): Promise<void> {
    if (!(await this.#isMissingUntil(until))) return
    // What the broker gave up is not lost.
    await this.#parkDeadLetters(channel)
    let recovered = 0
    while ((await this.#isMissingUntil(until)) && !this.#session.signal.aborted) {
      const { events, passed } = await this.#readOutbox(until)
      await handleEvents(this.#session, this.#options.handling, events)
      await this.#moveTo(passed)
      recovered += events.length
    }
    if (recovered === 0) return
    const { metrics, handling } = this.#options
    metrics.recovered(recovered)
    handling.log.warn(
      { queue: handling.queue, events: recovered },
      'events that the broker lost were read from the outbox',
    )
  }

  /** Passes by what is not the queue's. False when none of it is: then all is passed. */
  async #isMissingUntil(until: number): Promise<boolean> {
    while (this.#passed < until) {
      const { events, passed } = await this.#readOutbox(until)
      if (events.length > 0) return true
      this.#passed = passed
    }
    return false
  }

  #readOutbox(until: number): Promise<ReadEvents> {
    const { name, patterns } = this.#options.queue
    return readEvents(this.#session, { after: this.#passed, until, patterns, notParkedAt: name })
  }

  /** When nothing comes: whether something should have. */
  async #seekLost(channel: Channel): Promise<void> {
    if (performance.now() - this.#lettersMs > LETTERS_MS) await this.#parkDeadLetters(channel)
    const sent = await findRelayPosition(this.#session)
    if (sent === undefined || sent <= this.#passed) return
    if (!(await this.#isMissingUntil(sent))) {
      if (this.#passed - this.#position >= UNWRITTEN_MAX) await this.#moveTo(this.#passed)
      return
    }
    // What was delivered before this answer has come in before it.
    const { messageCount } = await channel.checkQueue(this.#options.names.queue(this.#options.queue.name))
    if (messageCount > 0 || this.#messages.length > 0) return
    await this.#recover(channel, sent)
  }

  async #parkDeadLetters(channel: Channel): Promise<void> {
    const { names, queue, handling } = this.#options
    this.#lettersMs = performance.now()
    while (!this.#session.signal.aborted) {
      const letter = await this.#breakage.until(channel.get(names.deadQueue(queue.name)))
      if (letter === false) return
      await this.#parkDeadLetter(letter)
      channel.ack(letter)
      handling.log.error({ queue: queue.name }, 'a message that the broker gave up was parked')
    }
  }

  async #parkDeadLetter(letter: GetMessage): Promise<void> {
    const { queue } = this.#options
    const death = String(letter.properties.headers?.['x-first-death-reason'] ?? 'unknown')
    const event = receivedEventOf(letter)
    const routingKey = letter.properties.headers?.['x-death']?.[0]?.['routing-keys'][0] ?? ''
    if (event === undefined) {
      await parkEvent(
        this.#session,
        queue.name,
        {
          eventId: String(letter.properties.messageId ?? ''),
          sequence: undefined,
          routingKey,
          payload: JSON.stringify(letter.content.toString('utf8').slice(0, 10_000).replaceAll('\0', '')),
          createTime: undefined,
        },
        { reason: 'NOT_UNDERSTOOD', message: 'It was not sent by the relay of this installation.' },
      )
      return
    }
    if (!(await this.#isNumbered(event))) {
      await parkEvent(
        this.#session,
        queue.name,
        // The number will be another event's.
        { ...event, routingKey, sequence: undefined },
        { reason: 'NOT_UNDERSTOOD', message: 'The database was restored to a time before it.' },
      )
      return
    }
    await parkEvent(
      this.#session,
      queue.name,
      { ...event, routingKey },
      { reason: 'DEAD_LETTER', message: `The message broker gave it up: ${death}.` },
    )
  }
}

function deliveriesOf(message: ConsumeMessage): number {
  return Number(message.properties.headers?.['x-delivery-count'] ?? 0)
}
