/** Where the inbox stands, as far as this page knows. */
export interface InboxState {
  /** Of the latest notification; 0 when there never was one. */
  readonly lastSequence: number
  readonly unreadCount: number
}

/**
 * What was told later, by the server. An answer that was overtaken on its way by a notification counts that one
 * out, so it is undefined then: only asking again tells.
 */
export function withToldInbox(known: InboxState | undefined, told: InboxState): InboxState | undefined {
  return known !== undefined && told.lastSequence < known.lastSequence ? undefined : told
}

/** A notification that the last count had in it already, as those of a replay, does not count again. */
export function withArrival(known: InboxState | undefined, sequence: number, unread: boolean): InboxState {
  const { lastSequence, unreadCount } = known ?? { lastSequence: 0, unreadCount: 0 }
  if (sequence <= lastSequence) return { lastSequence, unreadCount }
  return { lastSequence: sequence, unreadCount: unreadCount + (unread ? 1 : 0) }
}
