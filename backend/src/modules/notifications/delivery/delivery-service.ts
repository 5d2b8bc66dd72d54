import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import {
  discardParkedEvent,
  listParkedEvents,
  type OutboxStatus,
  type ParkedEvent,
  readOutboxStatus,
  retryParkedEvent,
} from '../../../outbox/index.ts'
import {
  listMails,
  type MailCursor,
  type MailFigures,
  type MailRecord,
  type MailState,
  mailFigures,
  retryMail,
} from '../mail/index.ts'
import { parkedEventNotFound, parkedEventSettled } from './delivery-errors.ts'

export interface DeliveryOptions {
  readonly dataSource: DataSource
  /** Whether this installation sends mail. */
  readonly mailEnabled: boolean
}

export interface DeliveryStatus {
  readonly events: OutboxStatus
  readonly mails: MailFigures
  readonly mailEnabled: boolean
}

/** Where a page of parked events ended: park_time as PostgreSQL writes it, and the id. */
export interface ParkedEventCursor {
  readonly parkTime: string
  readonly id: string
}

export interface MailFilter {
  /** All when empty. */
  readonly states: readonly MailState[]
  readonly recipient: string | undefined
}

/** What the operator sees of events and mail on their way, and may do to what got stuck. */
export class Delivery {
  readonly #options: DeliveryOptions

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  async status(): Promise<DeliveryStatus> {
    const { dataSource, mailEnabled } = this.#options
    const [events, mails] = await Promise.all([readOutboxStatus(dataSource), mailFigures(dataSource)])
    return { events, mails, mailEnabled }
  }

  /** The latest first. */
  async parkedEvents(
    showSettled: boolean,
    after: ParkedEventCursor | undefined,
    pageSize: number,
  ): Promise<{ events: ParkedEvent[]; next: ParkedEventCursor | undefined }> {
    const found = await listParkedEvents(this.#options.dataSource, {
      showSettled,
      limit: pageSize + 1,
      ...(after === undefined ? {} : { before: after }),
    })
    const events = found.slice(0, pageSize)
    const last = events.at(-1)
    return {
      events,
      next:
        found.length > pageSize && last !== undefined
          ? { parkTime: last.parkTimeText, id: last.id }
          : undefined,
    }
  }

  async retryEvent(id: string, userId: string): Promise<ParkedEvent> {
    return this.#settle((transaction) => retryParkedEvent(transaction, id, userId))
  }

  async discardEvent(id: string, userId: string): Promise<ParkedEvent> {
    return this.#settle((transaction) => discardParkedEvent(transaction, id, userId))
  }

  /** The latest first. */
  async mails(
    { states, recipient }: MailFilter,
    after: MailCursor | undefined,
    pageSize: number,
  ): Promise<{ mails: MailRecord[]; next: MailCursor | undefined }> {
    const found = await listMails(this.#options.dataSource, {
      states,
      recipient,
      after,
      limit: pageSize + 1,
    })
    const page = found.slice(0, pageSize)
    return {
      mails: page.map(({ mail }) => mail),
      next: found.length > pageSize ? page.at(-1)?.cursor : undefined,
    }
  }

  async retryMail(id: string): Promise<MailRecord> {
    return retryMail(this.#options.dataSource, id)
  }

  async #settle(
    settle: (transaction: EntityManager) => Promise<ParkedEvent | 'NOT_FOUND' | 'SETTLED'>,
  ): Promise<ParkedEvent> {
    const settled = await inTransaction(this.#options.dataSource, settle)
    if (settled === 'NOT_FOUND') throw parkedEventNotFound()
    if (settled === 'SETTLED') throw parkedEventSettled()
    return settled
  }
}
