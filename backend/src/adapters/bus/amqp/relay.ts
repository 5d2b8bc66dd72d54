import type { ChannelModel, ConfirmChannel, Message } from 'amqplib'
import type { Logger } from 'pino'
import { type LockedSession, pause } from '../../../outbox/locked-session.ts'
import { type OutboxEvent, refusalOf } from '../../../outbox/outbox-event.ts'
import {
  declaredQueues,
  declareRelay,
  movePosition,
  RELAY,
  readPosition,
} from '../../../outbox/outbox-readers.ts'
import { parkEvent } from '../../../outbox/parked-events.ts'
import { BATCH, numberEvents, readEvents } from '../../../outbox/read-events.ts'
import { topicExpression } from '../../../outbox/topic-pattern.ts'
import type { BusMetrics } from '../bus-metrics.ts'
import { Breakage } from './breakage.ts'
import type { BrokerConnection } from './broker-connection.ts'
import { messageOptions } from './event-message.ts'
import { assertTopology, type Names } from './topology.ts'

export interface RelayOptions {
  readonly connection: BrokerConnection
  readonly names: Names
  readonly metrics: BusMetrics
  readonly log: Logger
}

/** Sent and not confirmed at most: what a batch may hold times this is the memory that the relay needs. */
const BATCHES_UNDER_WAY = 4
/** What is missed by notification is found after this. */
const IDLE_MS = 5_000
/** The broker's own refusals of one event, sent alone, before it is parked. */
const NACKS_MAX = 5
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 5_000

/** Sends what the outbox has to the broker, in order, each at least once, while the session lasts. */
export async function relayEvents(session: LockedSession, options: RelayOptions): Promise<void> {
  await declareRelay(session)
  const care = new Care()
  for (let attempt = 0; !session.signal.aborted; attempt++) {
    const model = await options.connection.model(session.signal)
    if (model === undefined) return
    const begin = await readPosition(session, RELAY)
    const pump = new Pump(session, options, model, care)
    try {
      await pump.run()
    } catch (error) {
      if (session.signal.aborted) throw error
      options.log.warn(
        { err: error },
        'sending events was interrupted; it goes on after the last confirmed one',
      )
    } finally {
      await pump.close()
    }
    if ((await readPosition(session, RELAY)) > begin) attempt = 0
    const ms = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt)
    await pause(ms * (0.5 + Math.random() / 2), session.signal)
  }
}

/** After the broker refused a batch, its events are sent one by one, to find the one that it does not take. */
class Care {
  #until = 0
  #nacked = { sequence: 0, times: 0 }

  isDue(after: number): boolean {
    return after < this.#until
  }

  refused(events: readonly OutboxEvent[]): void {
    this.#until = Math.max(this.#until, events.at(-1)?.sequence ?? 0)
    if (events.length !== 1) return
    const sequence = events[0]?.sequence ?? 0
    const times = sequence === this.#nacked.sequence ? this.#nacked.times + 1 : 1
    this.#nacked = { sequence, times }
  }

  isHopeless({ sequence }: OutboxEvent): boolean {
    return sequence === this.#nacked.sequence && this.#nacked.times >= NACKS_MAX
  }
}

interface QueueFilter {
  readonly name: string
  readonly expressions: readonly RegExp[]
}

/** Sends on one connection, until that or the session is lost. */
class Pump {
  readonly #session: LockedSession
  readonly #options: RelayOptions
  readonly #model: ChannelModel
  readonly #care: Care
  readonly #breakage = new Breakage()
  readonly #returned = new Set<number>()
  /** Of the events sent so far, the last one of each queue. */
  readonly #lastOf = new Map<string, number>()
  #channel: ConfirmChannel | undefined
  #position = 0
  #marked: Promise<void> = Promise.resolve()

  constructor(session: LockedSession, options: RelayOptions, model: ChannelModel, care: Care) {
    this.#session = session
    this.#options = options
    this.#model = model
    this.#care = care
  }

  async run(): Promise<void> {
    const session = this.#session
    await assertTopology(this.#model, this.#options.names, await declaredQueues(session))
    const channel = await this.#model.createConfirmChannel()
    this.#channel = channel
    channel.on('error', (error) => this.#breakage.break(error))
    channel.on('close', () => this.#breakage.break(new Error('the channel to the broker closed')))
    channel.on('return', (message) => this.#returned.add(sequenceOf(message)))
    this.#position = await readPosition(session, RELAY)
    let sent = this.#position
    const underWay: Promise<void>[] = []
    while (!session.signal.aborted) {
      const until = await numberEvents(session)
      const isCareful = this.#care.isDue(sent)
      const { events, passed } = await readEvents(session, {
        after: sent,
        until,
        limit: isCareful ? 1 : BATCH,
      })
      if (passed === sent) {
        await this.#breakage.until(session.written(IDLE_MS))
        continue
      }
      sent = passed
      underWay.push(this.#sendAndMark(events, await this.#filters(), sent))
      const most = isCareful ? 1 : BATCHES_UNDER_WAY
      while (underWay.length >= most) await this.#breakage.until(Promise.resolve(underWay.shift()))
    }
    // What is confirmed meanwhile need not be sent again.
    const marked = this.#breakage.until(this.#marked)
    await Promise.race([marked, pause(LAST_RETRY_MS, new AbortController().signal)])
  }

  async close(): Promise<void> {
    this.#breakage.break(new Error('closed'))
    await Promise.race([
      // It may be gone already; a broker that has blocked the connection does not answer.
      this.#channel?.close().catch(() => undefined),
      pause(FIRST_RETRY_MS, new AbortController().signal),
    ])
  }

  async #filters(): Promise<QueueFilter[]> {
    const queues = await declaredQueues(this.#session)
    return queues.map(({ name, patterns }) => ({
      name,
      expressions: patterns.map((pattern) => new RegExp(topicExpression(pattern))),
    }))
  }

  /** Sends at once, and marks what was sent before as well once all of that is confirmed. */
  #sendAndMark(events: readonly OutboxEvent[], filters: readonly QueueFilter[], last: number): Promise<void> {
    const sent = this.#send(events, filters)
    const before = this.#marked
    const marked = (async () => {
      await sent
      await before
      await movePosition(this.#session, RELAY, this.#position, last)
      this.#position = last
    })()
    marked.catch((error: Error) => this.#breakage.break(error))
    this.#marked = marked
    return marked
  }

  async #send(events: readonly OutboxEvent[], filters: readonly QueueFilter[]): Promise<void> {
    const { metrics } = this.#options
    const refusals: Promise<void>[] = []
    const confirms: Promise<boolean>[] = []
    const fine: OutboxEvent[] = []
    for (const event of events) {
      const refusal = refusalOf(event)
      if (refusal !== undefined) refusals.push(this.#park(event, refusal.reason, refusal.message))
      else if (this.#care.isHopeless(event)) {
        const message = 'The message broker refused it again and again.'
        refusals.push(this.#park(event, 'REFUSED', message))
      } else {
        fine.push(event)
        confirms.push(this.#publish(event, filters))
      }
    }
    await Promise.all(refusals)
    const taken = await Promise.all(confirms)
    if (taken.includes(false)) {
      this.#care.refused(fine)
      throw new Error('the broker refused events')
    }
    metrics.published(fine.length)
    if (this.#returned.size > 0) await this.#sendReturned(fine, filters)
  }

  /** The queue of a returned event is gone, or has lost its binding: it is made again, and the event sent again. */
  async #sendReturned(events: readonly OutboxEvent[], filters: readonly QueueFilter[]): Promise<void> {
    const returned = events.filter(({ sequence }) => this.#returned.delete(sequence))
    if (returned.length === 0) return
    const { names, log } = this.#options
    log.warn({ events: returned.length }, 'the broker had no queue for events; it is made again')
    await assertTopology(this.#model, names, await declaredQueues(this.#session))
    // By then they are behind others: what comes late its consumer has read from the outbox, in order.
    const taken = await Promise.all(returned.map((event) => this.#publish(event, filters)))
    if (taken.includes(false)) throw new Error('the broker refused events')
    for (const event of returned) {
      if (!this.#returned.delete(event.sequence)) continue
      await this.#park(event, 'UNROUTABLE', 'The message broker has no queue for it.')
    }
  }

  /** Resolves with whether the broker took it. */
  #publish(event: OutboxEvent, filters: readonly QueueFilter[]): Promise<boolean> {
    const previous: Record<string, number> = {}
    let isExpected = false
    for (const { name, expressions } of filters) {
      if (!expressions.some((expression) => expression.test(event.routingKey))) continue
      isExpected = true
      const last = this.#lastOf.get(name)
      if (last !== undefined && last < event.sequence) previous[name] = last
      this.#lastOf.set(name, Math.max(last ?? 0, event.sequence))
    }
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#channel?.publish(
      this.#options.names.events,
      event.routingKey,
      Buffer.from(event.payload ?? 'null'),
      // Others may take events from the exchange as well; only what a declared queue awaits must arrive.
      messageOptions(event, previous, isExpected),
      (refused) => resolve(refused === null),
    )
    return promise
  }

  async #park(event: OutboxEvent, reason: string, message: string): Promise<void> {
    await parkEvent(this.#session, RELAY, event, { reason, message })
    this.#options.log.error({ event: event.eventId, reason }, 'an event was parked: it could not be sent')
  }
}

function sequenceOf(message: Message): number {
  return Number(message.properties.headers?.['sequence'])
}
