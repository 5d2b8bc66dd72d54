import type { InboxHead, PushMessage } from '../../../ports/push.ts'
import { encodeMessage, withoutNotification } from '../push-codec.ts'

/** What one message takes beside its text, about. */
const OVERHEAD_BYTES = 200

export interface WaitingMessage {
  readonly userId: string
  readonly content: Buffer
}

/**
 * Messages that wait for the broker. What there is no room for is remembered as its user's head alone: whoever
 * waits for it reads it from the inbox.
 */
export class PushBacklog {
  readonly #maxBytes: number
  readonly #maxMessageBytes: number
  #messages: WaitingMessage[] = []
  /** Those before it are gone; the array is cut now and then. */
  #first = 0
  #bytes = 0
  readonly #heads = new Map<string, number>()

  constructor(limits: { readonly maxBytes: number; readonly maxMessageBytes: number }) {
    this.#maxBytes = limits.maxBytes
    this.#maxMessageBytes = limits.maxMessageBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  add(message: PushMessage): void {
    if (this.#bytes >= this.#maxBytes) {
      this.addHead({ userId: message.userId, lastSequence: sequenceOf(message) })
      return
    }
    let content = Buffer.from(encodeMessage(message))
    if (content.length > this.#maxMessageBytes)
      content = Buffer.from(encodeMessage(withoutNotification(message)))
    this.#messages.push({ userId: message.userId, content })
    this.#bytes += content.length + OVERHEAD_BYTES
  }

  addHead({ userId, lastSequence }: InboxHead): void {
    if (lastSequence > (this.#heads.get(userId) ?? -1)) this.#heads.set(userId, lastSequence)
  }

  /** The message that waits longest. */
  take(): WaitingMessage | undefined {
    const message = this.#messages[this.#first]
    if (message === undefined) {
      this.#messages = []
      this.#first = 0
      return undefined
    }
    this.#first += 1
    this.#bytes -= message.content.length + OVERHEAD_BYTES
    if (this.#first === 1_024) {
      this.#messages.splice(0, this.#first)
      this.#first = 0
    }
    return message
  }

  /** Told after the messages, so that they are ahead of none. */
  takeHeads(): InboxHead[] {
    const heads = [...this.#heads].map(([userId, lastSequence]) => ({ userId, lastSequence }))
    this.#heads.clear()
    return heads
  }
}

function sequenceOf(message: PushMessage): number {
  return message.kind === 'notification' ? message.sequence : message.lastSequence
}
