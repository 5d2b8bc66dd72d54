import type { DataSource, EntityManager } from 'typeorm'
import type {
  AnnouncementFacts,
  AnnouncementRecord,
  AnnouncementSeverity,
  AnnouncementState,
  NewAnnouncement,
} from './announcement.ts'

type Database = Pick<DataSource | EntityManager, 'query'>

interface AnnouncementRow {
  id: string
  title: string
  body: string
  severity: AnnouncementSeverity
  organization_ids: string[]
  link: string
  author_display_name: string
  state: AnnouncementState
  create_time: Date
  create_position: string
  publish_time: Date
  recipient_count: number | null
}

/** Where a page ended: create_time as PostgreSQL writes it, and the id. */
export interface AnnouncementCursor {
  readonly createTime: string
  readonly id: string
}

const SELECT = `
  select announcements.id, title, body, severity, organization_ids, link,
    users.display_name as author_display_name, state, announcements.create_time,
    announcements.create_time::text as create_position, publish_time, recipient_count
  from announcements join users on users.id = author_id`

function announcementOf(row: AnnouncementRow): AnnouncementRecord {
  return {
    id: row.id,
    title: row.title,
    body: row.body,
    severity: row.severity,
    organizationIds: row.organization_ids,
    link: row.link,
    authorDisplayName: row.author_display_name,
    state: row.state,
    createTime: row.create_time,
    publishTime: row.publish_time,
    recipientCount: row.recipient_count ?? 0,
  }
}

export async function findAnnouncement(
  database: Database,
  id: string,
): Promise<AnnouncementRecord | undefined> {
  const [row]: AnnouncementRow[] = await database.query(`${SELECT} where announcements.id = $1`, [id])
  return row === undefined ? undefined : announcementOf(row)
}

/** The latest first. */
export async function listAnnouncements(
  database: Database,
  after: AnnouncementCursor | undefined,
  limit: number,
): Promise<{ announcement: AnnouncementRecord; cursor: AnnouncementCursor }[]> {
  const rows: AnnouncementRow[] = await database.query(
    `${SELECT} where (announcements.create_time, announcements.id) < ($1::timestamptz, $2::uuid)
     order by announcements.create_time desc, announcements.id desc limit $3`,
    [after?.createTime ?? 'infinity', after?.id ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff', limit],
  )
  return rows.map((row) => ({
    announcement: announcementOf(row),
    cursor: { createTime: row.create_position, id: row.id },
  }))
}

/** The state that it has then; undefined when the author's request_id has made one before. */
export async function insertAnnouncement(
  database: Database,
  announcement: NewAnnouncement,
): Promise<AnnouncementState | undefined> {
  const [row]: { state: AnnouncementState }[] = await database.query(
    `insert into announcements (id, title, body, severity, organization_ids, link, author_id, state, publish_time,
       request_id, request_hash)
     values ($1, $2, $3, $4, $5, $6, $7, case when $8::timestamptz > now() then 'SCHEDULED' else 'PUBLISHED' end,
       greatest($8::timestamptz, now()), $9, $10)
     on conflict on constraint announcements_request do nothing
     returning state`,
    [
      announcement.id,
      announcement.title,
      announcement.body,
      announcement.severity,
      announcement.organizationIds,
      announcement.link,
      announcement.authorId,
      announcement.publishTime ?? null,
      announcement.requestId ?? null,
      announcement.requestHash,
    ],
  )
  return row?.state
}

/** The announcement that a request_id made, with the hash of what was asked for then. */
export async function findAnnouncementRequest(
  database: Database,
  authorId: string,
  requestId: string,
): Promise<{ id: string; requestHash: Buffer } | undefined> {
  const [row]: { id: string; request_hash: Buffer }[] = await database.query(
    'select id, request_hash from announcements where author_id = $1 and request_id = $2',
    [authorId, requestId],
  )
  return row === undefined ? undefined : { id: row.id, requestHash: row.request_hash }
}

/** False when it is not SCHEDULED. */
export async function cancelScheduled(database: Database, id: string): Promise<boolean> {
  const [, cancelled]: [unknown, number] = await database.query(
    `update announcements set state = 'CANCELLED' where id = $1 and state = 'SCHEDULED'`,
    [id],
  )
  return cancelled > 0
}

/** Publishes those whose time has come, each with its event in one statement. Returns how many. */
export async function publishDue(database: Database, limit: number): Promise<number> {
  const written: unknown[] = await database.query(
    `with due as (
       select id from announcements where state = 'SCHEDULED' and publish_time <= now()
       order by publish_time limit $1
       for update skip locked
     ), published as (
       update announcements set state = 'PUBLISHED' from due where announcements.id = due.id
       returning announcements.id
     )
     insert into outbox (routing_key, payload)
     select 'notifications.announced.-', jsonb_build_object('announcement', id) from published
     returning id`,
    [limit],
  )
  return written.length
}

/** What is told of a published announcement; undefined when it was taken back, or never was. */
export async function announcementFacts(
  database: Database,
  id: string,
): Promise<AnnouncementFacts | undefined> {
  const found = await findAnnouncement(database, id)
  return found?.state === 'PUBLISHED' ? found : undefined
}

/**
 * Whether a row of users is a recipient, as SQL. Who is invited and has not signed in yet has agreed to no
 * messages; the author knows.
 */
function isRecipient(organizationIds: string, authorId: string): string {
  return `users.issuer is not null and users.id <> ${authorId} and (
    cardinality(${organizationIds}) = 0 or exists (
      select from memberships
      where memberships.user_id = users.id and memberships.organization_id = any(${organizationIds})))`
}

/** Those after a user, in the order of their ids. */
export async function announcementRecipients(
  database: Database,
  id: string,
  afterUserId: string | undefined,
  limit: number,
): Promise<string[]> {
  const rows: { id: string }[] = await database.query(
    `select users.id from announcements, users
     where announcements.id = $1 and users.id > $2::uuid
       and ${isRecipient('announcements.organization_ids', 'announcements.author_id')}
     order by users.id limit $3`,
    [id, afterUserId ?? '00000000-0000-0000-0000-000000000000', limit],
  )
  return rows.map((row) => row.id)
}

export async function countRecipients(
  database: Database,
  organizationIds: readonly string[],
  authorId: string,
): Promise<number> {
  const [row]: { count: number }[] = await database.query(
    `select count(*)::int as count from users where ${isRecipient('$1::uuid[]', '$2::uuid')}`,
    [organizationIds, authorId],
  )
  return row?.count ?? 0
}

/** How many have read each of the announcements; those that nobody has read are left out. */
export async function countReads(database: Database, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const rows: { id: string; reads: number }[] = await database.query(
    `select split_part(resource, '/', 2) as id, count(*)::int as reads from notifications
     where event_type = 'operator.announcement' and resource = any($1) and read_time is not null
     group by resource`,
    [ids.map((id) => `announcements/${id}`)],
  )
  return new Map(rows.map((row) => [row.id, row.reads]))
}

/** Notes that every recipient has it. */
export async function announcementTold(
  database: Database,
  id: string,
  recipientCount: number,
): Promise<void> {
  await database.query('update announcements set recipient_count = $2 where id = $1', [id, recipientCount])
}
