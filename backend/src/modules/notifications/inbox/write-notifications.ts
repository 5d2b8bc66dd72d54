import type { EntityManager } from 'typeorm'
import { rows } from '../sql.ts'
import type { NewNotification, NotificationRecord } from './notification.ts'

/**
 * Locks inboxes in the order of their users, so that no two transactions wait for each other, and makes those that
 * are missing, but for users who are gone. Holds back every other change of theirs until the transaction ends.
 */
export async function lockInboxes(transaction: EntityManager, userIds: readonly string[]): Promise<void> {
  const lock = () =>
    rows<{ user_id: string }>(
      transaction,
      `select user_id from inboxes where user_id = any($1::uuid[]) order by user_id for update`,
      [userIds],
    )
  const locked = await lock()
  if (locked.length === userIds.length) return
  const known = new Set(locked.map(({ user_id }) => user_id))
  await rows(
    transaction,
    // Not for who is gone since they were found to be recipients: the others are told nevertheless.
    `insert into inboxes (user_id)
     select id from (select id from users where id = any($1::uuid[]) for key share) as kept order by id
     on conflict (user_id) do nothing`,
    [userIds.filter((id) => !known.has(id))],
  )
  await lock()
}

interface WrittenRow {
  position: number
  sequence: string
  create_time: Date
  read_time: Date | null
  archive_time: Date | null
  is_new: boolean
}

export interface WrittenNotification {
  readonly notification: NotificationRecord
  /** False when the event was told to the user before. */
  readonly isNew: boolean
}

/**
 * Writes notifications in their order, each with the next sequence of its inbox, in the transaction that locked the
 * inboxes; none for who has no inbox. One whose event was told to its user before is not written again, and answered as it is.
 *
 * @param told at most one of an event to a user
 */
export async function writeNotifications(
  transaction: EntityManager,
  told: readonly NewNotification[],
): Promise<readonly WrittenNotification[]> {
  const found = await rows<WrittenRow>(
    transaction,
    // A statement of its own after the lock: it sees what others committed while this one waited for it.
    `with told as (
       select * from json_to_recordset($1) as told (position int, user_id uuid, event_id text, event_type text,
         title text, body text, severity text, link text, resource text, organization text,
         create_time timestamptz, quiet boolean)
     ), known as (
       select told.position, held.sequence, held.create_time, held.read_time, held.archive_time
       -- by the index, however little the planner knows of a table that grows fast
       from told cross join lateral (
         select sequence, create_time, read_time, archive_time from notifications
         where notifications.user_id = told.user_id and notifications.event_id = told.event_id
         limit 1
       ) as held
     ), fresh as (
       select told.*,
         inboxes.last_sequence + row_number() over by_position as sequence,
         greatest(max(told.create_time) over by_position, inboxes.last_create_time) as rising_time
       from told join inboxes on inboxes.user_id = told.user_id
       where told.position not in (select position from known)
       window by_position as (partition by told.user_id order by told.position)
     ), written as (
       insert into notifications (user_id, sequence, event_id, event_type, title, body, severity, link, resource,
         organization, create_time, quiet)
       select user_id, sequence, event_id, event_type, title, body, severity, link, resource, organization,
         rising_time, quiet
       from fresh
     ), grown as (
       update inboxes set last_sequence = growth.last_sequence, last_create_time = growth.last_create_time,
         unread_count = unread_count + growth.count, grow_time = clock_timestamp()
       from (
         select user_id, max(sequence) as last_sequence, max(rising_time) as last_create_time, count(*)::int as count
         from fresh group by user_id
       ) as growth
       where inboxes.user_id = growth.user_id
     )
     select position, sequence, rising_time as create_time, null::timestamptz as read_time,
       null::timestamptz as archive_time, true as is_new
     from fresh
     union all
     select *, false from known
     order by position`,
    [
      JSON.stringify(
        told.map((each, position) => ({
          position,
          user_id: each.userId,
          event_id: each.eventId,
          event_type: each.eventType,
          title: each.title,
          body: each.body,
          severity: each.severity,
          link: each.link,
          resource: each.resource,
          organization: each.organization,
          create_time: each.createTime,
          quiet: each.quiet,
        })),
      ),
    ],
  )
  return found.flatMap((row) => {
    const each = told[row.position]
    if (each === undefined) return []
    const notification: NotificationRecord = {
      ...each,
      sequence: BigInt(row.sequence),
      createTime: row.create_time,
      readTime: row.read_time ?? undefined,
      archiveTime: row.archive_time ?? undefined,
    }
    return [{ notification, isNew: row.is_new }]
  })
}
