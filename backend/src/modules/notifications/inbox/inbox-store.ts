import { type Database, rows } from '../sql.ts'
import { emptyInbox, type InboxRecord } from './notification.ts'

/** Where inboxes stand; one that is empty for who has none. */
export async function readInboxes(
  database: Database,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, InboxRecord>> {
  const found = await rows<{ user_id: string; last_sequence: string; unread_count: number }>(
    database,
    'select user_id, last_sequence, unread_count from inboxes where user_id = any($1::uuid[])',
    [userIds],
  )
  const inboxes = new Map<string, InboxRecord>(userIds.map((id) => [id, emptyInbox]))
  for (const row of found) {
    inboxes.set(row.user_id, {
      lastSequence: BigInt(row.last_sequence),
      unreadCount: row.unread_count,
    })
  }
  return inboxes
}
