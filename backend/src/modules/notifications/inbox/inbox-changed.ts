import { z } from 'zod'
import { type BusEvent, matchesPattern } from '../../../ports/bus.ts'
import { idField, NotUnderstood } from '../catalogue/event-kind.ts'

/* Tells the user's other pages that something was read, archived, or taken back: the backend has no way to them. */

export const INBOX_CHANGED_PATTERN = 'notifications.inbox_changed.*'

const facts = z.object({ user: idField })

export function inboxChanged(userId: string): BusEvent {
  return { routingKey: 'notifications.inbox_changed.-', payload: { user: userId } }
}

export function isInboxChanged(routingKey: string): boolean {
  return matchesPattern(INBOX_CHANGED_PATTERN, routingKey)
}

/** Whose inbox it was. @throws NotUnderstood */
export function userOfInboxChanged(payload: unknown): string {
  const parsed = facts.safeParse(payload)
  if (parsed.success) return parsed.data.user
  throw new NotUnderstood('notifications.inbox_changed: user: is not a UUID', { cause: parsed.error })
}
