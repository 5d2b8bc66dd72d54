/** Where a socket's frames go. */
export interface SessionOutput<Frame> {
  sendNotification(frame: Frame): void
  sendInbox(lastSequence: number, unreadCount: number): void
  sendReset(lastSequence: number): void
  /** So much waits to be sent that a replay should pause. */
  congested(): boolean
}

export interface Replayed<Frame> {
  readonly sequence: number
  readonly frame: Frame
}

export interface InboxState {
  readonly lastSequence: number
  /** As of `lastSequence`. */
  readonly unreadCount: number
}

/**
 * What one socket was sent of its user's notifications: 1, 2, 3, ... in order, each once, whatever is lost, repeated
 * or overtaken on the way here. A push is sent on when it is the next one; anything else that tells of more makes the
 * session ask for a replay.
 */
export class Session<Frame> {
  readonly #output: SessionOutput<Frame>
  #lastSent = 0
  /** The highest sequence heard of. */
  #known = 0
  /** The highest sequence heard of since the last replay was asked for. */
  #heard = 0
  /** What the client counts as unread, and the sequence up to which it was told so rather than counted itself. */
  #unreadCount = 0
  #countedTo = 0
  /** A count that came ahead of notifications it covers. */
  #waiting: InboxState | undefined
  /** A count that came behind notifications it does not cover. */
  #countIsStale = false

  constructor(output: SessionOutput<Frame>) {
    this.#output = output
  }

  get lastSent(): number {
    return this.#lastSent
  }

  /** Whether a replay is needed: notifications were missed, or their count is not known. */
  get behind(): boolean {
    return this.#lastSent < this.#known || this.#countIsStale
  }

  /** Begins after `resume`; null: after what there is. The client was told of `inbox`. */
  start(inbox: InboxState, resume: number | null): void {
    const { lastSequence, unreadCount } = inbox
    this.#lastSent = resume === null ? lastSequence : Math.min(resume, lastSequence)
    this.#known = lastSequence
    this.#unreadCount = unreadCount
    this.#countedTo = lastSequence
    if (resume !== null && resume > lastSequence) this.#output.sendReset(lastSequence)
  }

  /** `frame` is undefined when the push did not bring it along. */
  pushed(sequence: number, frame: Frame | undefined): void {
    this.headed(sequence)
    if (sequence === this.#lastSent + 1 && frame !== undefined) this.#send(sequence, frame)
  }

  headed(lastSequence: number): void {
    if (lastSequence > this.#known) this.#known = lastSequence
    if (lastSequence > this.#heard) this.#heard = lastSequence
  }

  /** What is read or unread changed. */
  inboxChanged({ lastSequence, unreadCount }: InboxState): void {
    this.headed(lastSequence)
    if (lastSequence > this.#lastSent) this.#waiting = { lastSequence, unreadCount }
    else if (lastSequence === this.#lastSent) this.#sendInbox(lastSequence, unreadCount)
    else this.#countIsStale = true
  }

  /** After which sequence to replay. */
  ask(): number {
    this.#heard = 0
    return this.#lastSent
  }

  /**
   * A page after `after`, and the inbox as it was then, which is right about everything heard of before. Nothing is
   * missing in it: where it leaves sequences out, their notifications were removed for their age.
   */
  replayed(after: number, notifications: readonly Replayed<Frame>[], inbox: InboxState): void {
    if (inbox.lastSequence < after) {
      this.#setBack(inbox)
      return
    }
    for (const { sequence, frame } of notifications) {
      if (this.#output.congested()) break
      if (sequence > this.#lastSent) this.#send(sequence, frame)
    }
    if (notifications.length === 0) this.#lastSent = Math.max(this.#lastSent, inbox.lastSequence)
    this.#known = Math.max(inbox.lastSequence, this.#heard, this.#lastSent)
    if (inbox.lastSequence > this.#lastSent) this.#waiting = inbox
    else if (inbox.lastSequence === this.#lastSent) this.#recount(inbox)
  }

  /** The inbox is older than what was sent of it: the database was restored. */
  #setBack(inbox: InboxState): void {
    this.#lastSent = inbox.lastSequence
    this.#known = Math.max(inbox.lastSequence, this.#heard)
    this.#waiting = undefined
    this.#output.sendReset(inbox.lastSequence)
    this.#sendInbox(inbox.lastSequence, inbox.unreadCount)
  }

  #send(sequence: number, frame: Frame): void {
    this.#lastSent = sequence
    if (sequence > this.#countedTo) this.#unreadCount += 1
    // It is in the count already: whoever counts it nevertheless is put right when the replay ends.
    else this.#countIsStale = true
    this.#output.sendNotification(frame)
    if (this.#waiting !== undefined && this.#waiting.lastSequence <= sequence) this.#recount(this.#waiting)
  }

  #recount(inbox: InboxState): void {
    this.#waiting = undefined
    if (this.#countIsStale || inbox.unreadCount !== this.#unreadCount) {
      this.#sendInbox(inbox.lastSequence, inbox.unreadCount)
    }
  }

  #sendInbox(lastSequence: number, unreadCount: number): void {
    this.#unreadCount = unreadCount
    this.#countedTo = lastSequence
    this.#waiting = undefined
    this.#countIsStale = false
    this.#output.sendInbox(lastSequence, unreadCount)
  }
}
