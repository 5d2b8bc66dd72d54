import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import { writeEvent } from '../../../outbox/index.ts'
import { inboxChanged } from './inbox-changed.ts'
import {
  changeNotifications,
  type InboxPage,
  listNotifications,
  markAllRead,
  type NotificationChange,
  type NotificationFilter,
  notificationsAfter,
  readInbox,
} from './inbox-store.ts'
import type { InboxRecord } from './notification.ts'

/** A user's own inbox. Their other pages are told of what changes. */
export class InboxService {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  inbox(userId: string): Promise<InboxRecord> {
    return readInbox(this.#dataSource, userId)
  }

  /** The latest first. */
  async list(
    userId: string,
    filter: NotificationFilter,
    before: bigint | undefined,
    pageSize: number,
  ): Promise<InboxPage & { readonly next: bigint | undefined }> {
    const found = await listNotifications(this.#dataSource, userId, filter, before, pageSize + 1)
    const notifications = found.notifications.slice(0, pageSize)
    const hasMore = found.notifications.length > pageSize
    return { ...found, notifications, next: hasMore ? notifications.at(-1)?.sequence : undefined }
  }

  /** The earliest first. */
  after(userId: string, sequence: bigint, pageSize: number): Promise<InboxPage> {
    return notificationsAfter(this.#dataSource, userId, sequence, pageSize)
  }

  /** In the order of the sequences given. All of them, or NOT_FOUND and none. */
  async change(userId: string, sequences: readonly bigint[], change: NotificationChange): Promise<InboxPage> {
    return inTransaction(this.#dataSource, async (transaction) => {
      const changed = await changeNotifications(transaction, userId, sequences, change)
      const bySequence = new Map(changed.notifications.map((each) => [each.sequence, each]))
      const notifications = sequences.map((sequence) => {
        const found = bySequence.get(sequence)
        if (found === undefined) throw notificationNotFound(sequence)
        return found
      })
      if (changed.hasChanged) await writeEvent(transaction, inboxChanged(userId))
      return { inbox: changed.inbox, notifications }
    })
  }

  async markAllRead(userId: string, upTo: bigint): Promise<InboxRecord> {
    return inTransaction(this.#dataSource, async (transaction) => {
      const { inbox, hasChanged } = await markAllRead(transaction, userId, upTo)
      if (hasChanged) await writeEvent(transaction, inboxChanged(userId))
      return inbox
    })
  }
}

function notificationNotFound(sequence: bigint): DomainError {
  const name = `users/me/notifications/${sequence}`
  return new DomainError(
    'NOT_FOUND',
    'NOTIFICATION_NOT_FOUND',
    `${name} does not exist, or was removed for its age. Nothing was changed.`,
    { metadata: { notification: name } },
  )
}
