export interface OutgoingMail {
  /** The same at every attempt, so that a repeat can be told: "<uuid@host>". */
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

/** What came of one attempt. */
export type MailOutcome =
  | { readonly kind: 'SENT'; readonly response: string }
  /** The server will never take mail for this recipient. */
  | { readonly kind: 'REJECTED'; readonly response: string }
  /** The server refused this mail for now, or for a reason that is not the recipient's. */
  | { readonly kind: 'DEFERRED'; readonly response: string }
  /** The server was not reached, did not answer in time, or does not let us in: no mail would go out now. */
  | { readonly kind: 'UNREACHABLE'; readonly response: string }

export interface MailTransport {
  /** Rejects only when aborted. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<MailOutcome>
  close(): Promise<void>
}
