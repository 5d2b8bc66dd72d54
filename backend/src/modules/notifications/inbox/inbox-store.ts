import type { EntityManager } from 'typeorm'
import type { Severity } from '../catalogue/event-kind.ts'
import { type Database, rows } from '../sql.ts'
import { emptyInbox, type InboxRecord, type NotificationRecord } from './notification.ts'

interface InboxRow {
  last_sequence: string
  unread_count: number
}

interface NotificationRow {
  user_id: string
  sequence: string
  event_id: string
  event_type: string
  title: string
  body: string
  severity: Severity
  link: string
  resource: string
  organization: string
  create_time: Date
  read_time: Date | null
  archive_time: Date | null
  quiet: boolean
}

const COLUMNS = `notifications.user_id, sequence, event_id, event_type, title, body, severity, link, resource,
  organization, create_time, read_time, archive_time, quiet`

function inboxOf(row: InboxRow): InboxRecord {
  return { lastSequence: BigInt(row.last_sequence), unreadCount: row.unread_count }
}

function notificationOf(row: NotificationRow): NotificationRecord {
  return {
    userId: row.user_id,
    sequence: BigInt(row.sequence),
    eventId: row.event_id,
    eventType: row.event_type,
    title: row.title,
    body: row.body,
    severity: row.severity,
    link: row.link,
    resource: row.resource,
    organization: row.organization,
    createTime: row.create_time,
    readTime: row.read_time ?? undefined,
    archiveTime: row.archive_time ?? undefined,
    quiet: row.quiet,
  }
}

/** Where inboxes stand; one that is empty for who has none. */
export async function readInboxes(
  database: Database,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, InboxRecord>> {
  const found = await rows<InboxRow & { user_id: string }>(
    database,
    'select user_id, last_sequence, unread_count from inboxes where user_id = any($1::uuid[])',
    [userIds],
  )
  const inboxes = new Map<string, InboxRecord>(userIds.map((id) => [id, emptyInbox]))
  for (const row of found) inboxes.set(row.user_id, inboxOf(row))
  return inboxes
}

export async function readInbox(database: Database, userId: string): Promise<InboxRecord> {
  return (await readInboxes(database, [userId])).get(userId) ?? emptyInbox
}

/** Notifications, and the inbox as it was at the same moment. */
export interface InboxPage {
  readonly inbox: InboxRecord
  readonly notifications: readonly NotificationRecord[]
}

export type NotificationState = 'INBOX' | 'UNREAD' | 'ARCHIVED'

const stateConditions: Readonly<Record<NotificationState, string>> = {
  INBOX: 'archive_time is null',
  UNREAD: 'read_time is null',
  ARCHIVED: 'archive_time is not null',
}

export interface NotificationFilter {
  readonly state: NotificationState
  /** Of one of these; of any when empty. */
  readonly modules: readonly string[]
  /** Slug; any when undefined. */
  readonly organization: string | undefined
}

/** The latest first, those before a sequence. */
export function listNotifications(
  database: Database,
  userId: string,
  filter: NotificationFilter,
  before: bigint | undefined,
  limit: number,
): Promise<InboxPage> {
  return readPage(
    database,
    userId,
    `sequence < coalesce($2::bigint, 9223372036854775807) and ${stateConditions[filter.state]}
       and (cardinality($4::text[]) = 0 or split_part(event_type, '.', 1) = any($4::text[]))
       and ($5::text is null or organization = $5::text)`,
    'desc',
    [before?.toString() ?? null, limit, filter.modules, filter.organization ?? null],
  )
}

/**
 * The earliest first, those after a sequence: without a gap, but for those that were removed for their age, which
 * are the first of all.
 */
export function notificationsAfter(
  database: Database,
  userId: string,
  after: bigint,
  limit: number,
): Promise<InboxPage> {
  return readPage(database, userId, 'sequence > $2::bigint', 'asc', [after.toString(), limit])
}

/** One statement, so that both are of one moment. The condition is over $2 and from $4 on; $3 is the limit. */
async function readPage(
  database: Database,
  userId: string,
  condition: string,
  order: 'asc' | 'desc',
  values: readonly unknown[],
): Promise<InboxPage> {
  const found = await rows<InboxRow & (NotificationRow | { sequence: null })>(
    database,
    `select inboxes.last_sequence, inboxes.unread_count, page.*
     from inboxes left join lateral (
       select ${COLUMNS} from notifications
       where notifications.user_id = inboxes.user_id and ${condition}
       order by sequence ${order} limit $3
     ) as page on true
     where inboxes.user_id = $1 order by page.sequence ${order}`,
    [userId, ...values],
  )
  const [first] = found
  return {
    inbox: first === undefined ? emptyInbox : inboxOf(first),
    notifications: found.flatMap((row) => (row.sequence === null ? [] : notificationOf(row))),
  }
}

export type NotificationChange = 'READ' | 'UNREAD' | 'ARCHIVE' | 'UNARCHIVE'

/** An unread notification is never archived. */
const assignments: Readonly<Record<NotificationChange, string>> = {
  READ: 'read_time = coalesce(notifications.read_time, now())',
  UNREAD: 'read_time = null, archive_time = null',
  ARCHIVE: `read_time = coalesce(notifications.read_time, now()),
    archive_time = coalesce(notifications.archive_time, now())`,
  UNARCHIVE: 'archive_time = null',
}

/** Holds back every other change of the inbox until the transaction ends. */
async function lockInbox(transaction: EntityManager, userId: string): Promise<void> {
  await rows(transaction, 'select from inboxes where user_id = $1 for update', [userId])
}

export interface ChangedNotifications extends InboxPage {
  /** False when all of them were so before. */
  readonly hasChanged: boolean
}

/** Changes those of the sequences that exist, in the order of the sequences. */
export async function changeNotifications(
  transaction: EntityManager,
  userId: string,
  sequences: readonly bigint[],
  change: NotificationChange,
): Promise<ChangedNotifications> {
  await lockInbox(transaction, userId)
  const found = await rows<InboxRow & NotificationRow & { has_changed: boolean }>(
    transaction,
    `with before as (
       select sequence as number, read_time as read_before, archive_time as archived_before
       from notifications where user_id = $1 and sequence = any($2::bigint[])
     ), changed as (
       update notifications set ${assignments[change]} from before
       where notifications.user_id = $1 and notifications.sequence = before.number
       returning ${COLUMNS}, read_before is null as was_unread,
         (read_before, archived_before) is distinct from (read_time, archive_time) as has_changed
     ), counted as (
       update inboxes set unread_count = unread_count + (
         select count(*) filter (where read_time is null) - count(*) filter (where was_unread) from changed)
       where user_id = $1 returning last_sequence, unread_count
     )
     select changed.*, counted.* from changed, counted order by sequence`,
    [userId, sequences.map(String)],
  )
  const [first] = found
  return {
    inbox: first === undefined ? emptyInbox : inboxOf(first),
    notifications: found.map(notificationOf),
    hasChanged: found.some((row) => row.has_changed),
  }
}

/** Marks as read what is unread up to a sequence. */
export async function markAllRead(
  transaction: EntityManager,
  userId: string,
  upTo: bigint,
): Promise<{ inbox: InboxRecord; hasChanged: boolean }> {
  await lockInbox(transaction, userId)
  const [row] = await rows<InboxRow & { read: string }>(
    transaction,
    `with read as (
       update notifications set read_time = now()
       where user_id = $1 and sequence <= $2::bigint and read_time is null
       returning sequence
     ), counted as (
       update inboxes set unread_count = unread_count - (select count(*) from read)
       where user_id = $1 returning last_sequence, unread_count
     )
     select counted.*, (select count(*) from read) as read from counted`,
    [userId, upTo.toString()],
  )
  return row === undefined
    ? { inbox: emptyInbox, hasChanged: false }
    : { inbox: inboxOf(row), hasChanged: Number(row.read) > 0 }
}
