export type MailDelivery = 'AT_ONCE' | 'HOURLY' | 'DAILY'
export type MailSeverity = 'INFO' | 'SUCCESS' | 'WARNING' | 'ERROR'

/** One notification that goes to one user by mail. */
export interface MailEntry {
  readonly userId: string
  /** Of the outbox; with the user it tells what was queued before. */
  readonly eventId: string
  /** "<module>.<event>" */
  readonly eventType: string
  /** Plain text, one line. */
  readonly title: string
  /** Plain text; empty when the title says all. */
  readonly body: string
  readonly severity: MailSeverity
  /** A path of this site or an https address; empty when there is none. */
  readonly link: string
  readonly delivery: MailDelivery
  /** With quiet hours and digests in it. */
  readonly dueTime: Date
  readonly createTime: Date
  /** The organisation (uuid) of which the user must still be a member when the mail goes out. */
  readonly memberOf?: string | undefined
}

/** Goes to an address that its owner has not proven yet, in a mail of its own. */
export const INVITATION = 'identity.invitation'
/** Goes behind all other mail. */
export const ANNOUNCEMENT = 'operator.announcement'
