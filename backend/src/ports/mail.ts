export interface OutgoingMail {
  /** The same at every attempt, so that a repeat can be told: "<uuid@host>". */
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
  /** When it was composed; the same at every attempt. */
  readonly date: Date
}

/** What came of one attempt. */
export type MailOutcome =
  | { readonly kind: 'SENT'; readonly response: string }
  /** The server will never take mail for this recipient. */
  | { readonly kind: 'REJECTED'; readonly response: string }
  /** The server refused this mail for now. */
  | { readonly kind: 'DEFERRED'; readonly response: string }
  /** The server will never take this mail, for a reason that is not the recipient's. */
  | { readonly kind: 'FAILED'; readonly response: string }
  /** The server was not reached, did not answer in time, or does not let us in: no mail would go out now. */
  | { readonly kind: 'UNREACHABLE'; readonly response: string }
  /** The message was handed over, and the answer was lost: the server may have taken it or not. */
  | { readonly kind: 'UNANSWERED'; readonly response: string }

export interface MailAttempt {
  /** The connection is cut when aborted. */
  readonly signal: AbortSignal
  /**
   * Awaited before the first byte of the message goes out: from then on an answer may get lost. When it rejects,
   * nothing goes out, and `send` rejects with the same error.
   */
  beforeMessage(): Promise<void>
}

export interface MailTransport {
  /** Rejects only with what `beforeMessage` threw, and with the signal's reason when aborted before the message went out. */
  send(mail: OutgoingMail, attempt: MailAttempt): Promise<MailOutcome>
  close(): Promise<void>
}
