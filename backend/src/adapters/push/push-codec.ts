import type { InboxHead, PushMessage, PushReceiverHandlers } from '../../ports/push.ts'

/*
 * What goes over the wire, as text, so that a receiver can tell from the first bytes whether anybody here waits
 * for it:
 *
 *   <user uuid>n<sequence> <JSON of the notification, or nothing>
 *   <user uuid>i<last sequence> <unread count>
 *   *<user uuid><last sequence>,<user uuid><last sequence>,...
 */
const UUID_LENGTH = 36

export function encodeMessage(message: PushMessage): string {
  return message.kind === 'notification'
    ? `${message.userId}n${message.sequence} ${message.notification ?? ''}`
    : `${message.userId}i${message.lastSequence} ${message.unreadCount}`
}

/** The same without the notification itself: who waits for it reads it from the inbox. */
export function withoutNotification(message: PushMessage): PushMessage {
  return message.kind === 'notification' ? { ...message, notification: undefined } : message
}

/** As few texts as hold them, each of at most `maxBytes`. */
export function encodeHeads(heads: readonly InboxHead[], maxBytes: number): string[] {
  const texts: string[] = []
  let text = ''
  for (const { userId, lastSequence } of heads) {
    const head = `${userId}${lastSequence}`
    if (text !== '' && text.length + 1 + head.length > maxBytes) {
      texts.push(text)
      text = ''
    }
    text += text === '' ? `*${head}` : `,${head}`
  }
  if (text !== '') texts.push(text)
  return texts
}

/** Hands on what is for bound users; the rest is dropped unparsed. Throws when it is none of ours. */
export function receive(text: string, bound: ReadonlySet<string>, handlers: PushReceiverHandlers): void {
  if (text.startsWith('*')) {
    receiveHeads(text, bound, handlers)
    return
  }
  const userId = text.slice(0, UUID_LENGTH)
  if (bound.has(userId)) handlers.onMessage(decodeMessage(userId, text))
}

function decodeMessage(userId: string, text: string): PushMessage {
  const space = text.indexOf(' ', UUID_LENGTH)
  const number = Number(text.slice(UUID_LENGTH + 1, space))
  const rest = text.slice(space + 1)
  const kind = text[UUID_LENGTH]
  if (space > 0 && Number.isSafeInteger(number)) {
    if (kind === 'n') {
      return { kind: 'notification', userId, sequence: number, notification: rest === '' ? undefined : rest }
    }
    const unreadCount = Number(rest)
    if (kind === 'i' && Number.isSafeInteger(unreadCount)) {
      return { kind: 'inbox', userId, lastSequence: number, unreadCount }
    }
  }
  throw new Error('a push message is not understood')
}

function receiveHeads(text: string, bound: ReadonlySet<string>, handlers: PushReceiverHandlers): void {
  if (bound.size === 0) return
  for (let start = 1; start < text.length; ) {
    const comma = text.indexOf(',', start)
    const end = comma < 0 ? text.length : comma
    const userId = text.slice(start, start + UUID_LENGTH)
    if (bound.has(userId)) {
      const lastSequence = Number(text.slice(start + UUID_LENGTH, end))
      if (!Number.isSafeInteger(lastSequence)) throw new Error('a push message is not understood')
      handlers.onHead({ userId, lastSequence })
    }
    start = end + 1
  }
}
