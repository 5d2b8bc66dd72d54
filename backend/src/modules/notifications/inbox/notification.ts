import type { Severity } from '../catalogue/event-kind.ts'

/*
 * Glossary.
 * inbox         a user's notifications, numbered
 * sequence      a notification's number in its inbox: 1, 2, 3, ... in the order in which they came
 * unread        neither read nor archived; whatever is archived is read
 * quiet         came in the user's quiet hours: it is there, and interrupts nobody
 */

/** What is to be written into one user's inbox. */
export interface NewNotification {
  readonly userId: string
  /** Of the outbox: the same event is told to a user once. */
  readonly eventId: string
  readonly eventType: string
  readonly title: string
  readonly body: string
  readonly severity: Severity
  readonly link: string
  readonly resource: string
  /** Slug; empty when it is about no organisation. */
  readonly organization: string
  readonly createTime: Date
  readonly quiet: boolean
}

export interface NotificationRecord extends NewNotification {
  readonly sequence: bigint
  readonly readTime: Date | undefined
  readonly archiveTime: Date | undefined
}

export interface InboxRecord {
  readonly lastSequence: bigint
  readonly unreadCount: number
}

/** Of who has never been notified. */
export const emptyInbox: InboxRecord = { lastSequence: 0n, unreadCount: 0 }
