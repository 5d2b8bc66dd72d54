import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { rows } from '../sql.ts'
import { ANNOUNCEMENT, INVITATION } from './mail-entry.ts'
import type { MailPreferences } from './mail-preferences.ts'

export interface MailComposerOptions {
  readonly dataSource: DataSource
  readonly preferences: MailPreferences
  /** Mails to one address within an hour of the clock; what is above waits for the next one. */
  readonly hourlyLimit: number
  /** Of Message-IDs. */
  readonly domain: string
}

/** Whose users are dealt with in one transaction. */
const ENTRIES_AT_ONCE = 1_000
const HOUR_MS = 3_600_000

/** What one user is to get now: one mail, however many entries are due. */
interface DueGroup {
  readonly userId: string
  readonly invitation: boolean
  readonly bulk: boolean
  readonly address: string
}

/**
 * Makes mails of entries that are due: one for each user with all of the user's, invitations apart from the rest.
 * One composer at a time across all workers, so that nobody gets two mails for one digest.
 *
 * @returns how many users were dealt with; 0 when nothing is due, or another worker composes
 */
export async function composeDue(options: MailComposerOptions, now: Date): Promise<number> {
  return inTransaction(options.dataSource, async (manager) => {
    const [lock] = await rows<{ taken: boolean }>(
      manager,
      `select pg_try_advisory_xact_lock(hashtextextended('mail composer', 0)) as taken`,
      [],
    )
    if (lock?.taken !== true) return 0
    const groups = await dueGroups(manager, now)
    if (groups.length === 0) return 0
    const later = await postponed(manager, options, groups, now)
    await compose(
      manager,
      groups.filter((group) => !later.has(group)),
      options.domain,
      now,
    )
    await postpone(manager, later, now)
    return groups.length
  })
}

async function dueGroups(manager: EntityManager, now: Date): Promise<DueGroup[]> {
  // The index has announcements apart from the rest; there may be one for everyone.
  const due = (announced: boolean) => `select user_id from mail_entries
    where mail_id is null and not dropped and (event_type = '${ANNOUNCEMENT}') = ${announced} and due_time <= $1
    order by due_time limit $3`
  const found = await rows<{ user_id: string; invitation: boolean; bulk: boolean; email: string | null }>(
    manager,
    `select user_id, invitation, bulk, email from (
       select user_id, event_type = $2 as invitation, bool_and(event_type = '${ANNOUNCEMENT}') as bulk,
         min(due_time) as due_time
       from mail_entries where mail_id is null and not dropped and due_time <= $1 and user_id in (
         select user_id from ((${due(false)}) union all (${due(true)})) first limit $3)
       group by 1, 2) due
     left join users on users.id = user_id
     order by bulk, due_time`,
    [now, INVITATION, ENTRIES_AT_ONCE],
  )
  return found.map((row) => ({
    userId: row.user_id,
    invitation: row.invitation,
    bulk: row.bulk,
    address: row.email ?? '',
  }))
}

/** Those that must wait: until quiet hours end, or for an hour in which the address may get more. */
async function postponed(
  manager: EntityManager,
  { preferences, hourlyLimit }: MailComposerOptions,
  groups: readonly DueGroup[],
  now: Date,
): Promise<Map<DueGroup, Date>> {
  const hour = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS
  const nextHour = new Date(hour + HOUR_MS)
  const quiet = await preferences.quietUntil(manager, [...new Set(groups.map(({ userId }) => userId))], now)
  const counted = await rows<{ recipient: string; count: number }>(
    manager,
    `select recipient, count(*)::int as count from mails
     where recipient = any($1) and create_time >= $2 and state <> 'DROPPED' group by recipient`,
    [groups.map(({ address }) => address), new Date(hour)],
  )
  const counts = new Map(counted.map(({ recipient, count }) => [recipient, count]))
  const later = new Map<DueGroup, Date>()
  for (const group of groups) {
    const quietEnd = group.invitation ? undefined : quiet.get(group.userId)
    const count = counts.get(group.address) ?? 0
    if (quietEnd !== undefined && quietEnd > now) later.set(group, quietEnd)
    else if (group.address !== '' && count >= hourlyLimit) later.set(group, nextHour)
    else counts.set(group.address, count + 1)
  }
  return later
}

async function compose(
  manager: EntityManager,
  groups: readonly DueGroup[],
  domain: string,
  now: Date,
): Promise<void> {
  if (groups.length === 0) return
  const mails = groups.map(({ userId, invitation, bulk, address }) => {
    const id = v7()
    return {
      id,
      user_id: userId,
      recipient: address,
      invitation,
      bulk,
      message_id: `<${id}@${domain}>`,
    }
  })
  await manager.query(
    `insert into mails (id, user_id, recipient, invitation, bulk, entry_count, state, next_attempt_time, message_id,
       create_time)
     select id, user_id, recipient, invitation, bulk, 0, 'WAITING', $2::timestamptz, message_id, $2::timestamptz
     from json_populate_recordset(null::mails, $1)`,
    [JSON.stringify(mails), now],
  )
  await manager.query(
    `update mail_entries entry set mail_id = mail.id from json_populate_recordset(null::mails, $1) mail
     where entry.user_id = mail.user_id and (entry.event_type = $3) = mail.invitation
       and entry.mail_id is null and not entry.dropped and entry.due_time <= $2`,
    [JSON.stringify(mails), now, INVITATION],
  )
  const ids = mails.map(({ id }) => id)
  await manager.query(
    `update mails set entry_count = counted.count
     from (select mail_id, count(*) as count from mail_entries where mail_id = any($1) group by mail_id) counted
     where mails.id = counted.mail_id`,
    [ids],
  )
  // Weighed again meanwhile, so that nothing of it is due any longer.
  await manager.query('delete from mails where id = any($1) and entry_count = 0', [ids])
}

async function postpone(
  manager: EntityManager,
  later: ReadonlyMap<DueGroup, Date>,
  now: Date,
): Promise<void> {
  if (later.size === 0) return
  const values = [...later].map(([{ userId, invitation }, due]) => ({
    user_id: userId,
    invitation,
    next_attempt_time: due,
  }))
  await manager.query(
    `update mail_entries entry set due_time = later.next_attempt_time
     from json_populate_recordset(null::mails, $1) later
     where entry.user_id = later.user_id and (entry.event_type = $3) = later.invitation
       and entry.mail_id is null and not entry.dropped and entry.due_time <= $2`,
    [JSON.stringify(values), now, INVITATION],
  )
}
