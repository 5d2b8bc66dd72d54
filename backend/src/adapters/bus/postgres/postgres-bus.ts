import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { DataSource, EntityManager } from 'typeorm'
import { type Listener, listen } from '../../../database/index.ts'
import {
  type Bus,
  type BusEvent,
  type DeliveredEvent,
  matchesPattern,
  type Subscription,
} from '../../../ports/bus.ts'

export interface PostgresBusOptions {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  readonly log: Logger
}

/** Notified by a trigger on the outbox, so that whoever writes there need not know of it. */
const CHANNEL = 'fairlead_outbox'
const BATCH = 500
const RETRY_MS = 100
/** Rows of transactions that were still open are looked for again after this. */
const RECHECK_MS = 50

/** Events by the outbox table: written in the transaction, read by every process that subscribes. */
export async function createPostgresBus(options: PostgresBusOptions): Promise<Bus> {
  const listener = await listen(options.databaseUrl, { channels: [CHANNEL], log: options.log })
  const bus = new PostgresBus(options, listener)
  await bus.begin()
  return bus
}

interface OutboxRow {
  id: string
  transaction_id: string
  routing_key: string
  payload: Record<string, unknown>
}

interface Subscriber {
  readonly pattern: string
  readonly handle: (event: DeliveredEvent) => Promise<void>
  readonly closed: AbortController
  /** Ends when everything handed on so far was handled. */
  handled: Promise<void>
}

class PostgresBus implements Bus {
  readonly #options: PostgresBusOptions
  readonly #listener: Listener
  readonly #subscribers = new Set<Subscriber>()
  /** Every row of an older transaction, or of the same one up to this id, was read. */
  #position = { transaction: '0', id: '0' }
  #reading: Promise<void> = Promise.resolve()
  #readAgain = false
  #closed = false

  constructor(options: PostgresBusOptions, listener: Listener) {
    this.#options = options
    this.#listener = listener
    listener.on('notification', () => this.#read())
    listener.on('resync', () => this.#read())
  }

  async begin(): Promise<void> {
    const [now] = await this.#options.dataSource.query<{ transaction: string }[]>(
      `select pg_snapshot_xmin(pg_current_snapshot())::text as transaction`,
    )
    this.#position = { transaction: now?.transaction ?? '0', id: '0' }
  }

  async publish(transaction: Pick<EntityManager, 'query'>, event: BusEvent): Promise<void> {
    await transaction.query(`insert into outbox (routing_key, payload) values ($1, $2::jsonb)`, [
      event.routingKey,
      JSON.stringify(event.payload),
    ])
  }

  async subscribe(pattern: string, handle: (event: DeliveredEvent) => Promise<void>): Promise<Subscription> {
    // What committed before is not for this one.
    await this.#readNow()
    const subscriber = { pattern, handle, closed: new AbortController(), handled: Promise.resolve() }
    this.#subscribers.add(subscriber)
    return {
      close: async () => {
        this.#subscribers.delete(subscriber)
        subscriber.closed.abort()
        await subscriber.handled
      },
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#listener.close()
    await this.#reading
    for (const { closed, handled } of this.#subscribers) {
      closed.abort()
      await handled
    }
  }

  #readNow(): Promise<void> {
    this.#read()
    return this.#reading
  }

  #read(): void {
    if (this.#closed) return
    if (this.#readAgain) return
    this.#readAgain = true
    this.#reading = this.#reading
      .then(async () => {
        this.#readAgain = false
        await this.#readAll()
      })
      .catch((error) => {
        // The listener notices a lost database, and reads again when it is back.
        this.#options.log.warn({ err: error }, 'the outbox could not be read')
      })
  }

  /**
   * Rows become visible when their transactions commit, in an order that ids do not tell. So they are read in
   * the order of transactions, and only those older than every one still open: none can come in behind.
   */
  async #readAll(): Promise<void> {
    for (;;) {
      const { transaction, id } = this.#position
      const found = await this.#options.dataSource.query<OutboxRow[]>(
        `with bounds as (select pg_snapshot_xmin(pg_current_snapshot()) as oldest)
         select id, transaction_id::text, routing_key, payload from outbox, bounds
         where (transaction_id, id) > ($1::xid8, $2::bigint) and transaction_id < oldest
         order by outbox.transaction_id, outbox.id limit ${BATCH}`,
        [transaction, id],
      )
      for (const row of found) {
        this.#position = { transaction: row.transaction_id, id: row.id }
        this.#handOn({ id: row.id, routingKey: row.routing_key, payload: row.payload })
      }
      if (found.length === BATCH) continue
      if (this.#closed || !(await this.#isBehind())) return
      await setTimeout(RECHECK_MS)
    }
  }

  /** Whether there are rows that wait for an older transaction to end. */
  async #isBehind(): Promise<boolean> {
    const { transaction, id } = this.#position
    const [found] = await this.#options.dataSource.query<{ behind: boolean }[]>(
      `select exists (
         select from outbox where (transaction_id, id) > ($1::xid8, $2::bigint)
       ) as behind`,
      [transaction, id],
    )
    return found?.behind === true
  }

  #handOn(event: DeliveredEvent): void {
    for (const subscriber of this.#subscribers) {
      if (!matchesPattern(subscriber.pattern, event.routingKey)) continue
      subscriber.handled = subscriber.handled.then(() => this.#handle(subscriber, event))
    }
  }

  async #handle({ handle, closed }: Subscriber, event: DeliveredEvent): Promise<void> {
    for (let attempt = 1; !closed.signal.aborted; attempt++) {
      try {
        await handle(event)
        return
      } catch (error) {
        const { log } = this.#options
        log.warn({ err: error, event: event.id, attempt }, 'an event was not handled; it is handed on again')
        await setTimeout(RETRY_MS * Math.min(attempt, 50))
      }
    }
  }
}
