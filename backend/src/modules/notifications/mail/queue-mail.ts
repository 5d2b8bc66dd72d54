import type { EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { rows } from '../sql.ts'
import type { MailDelivery, MailEntry } from './mail-entry.ts'

export const MAIL_CHANNEL = 'mail'
const ENTRIES_PER_STATEMENT = 1_000

/** Queues what was not queued before, and wakes the sender when the transaction commits. */
export async function queueMail(transaction: EntityManager, entries: readonly MailEntry[]): Promise<void> {
  if (entries.length === 0) return
  for (let begin = 0; begin < entries.length; begin += ENTRIES_PER_STATEMENT) {
    const values = entries.slice(begin, begin + ENTRIES_PER_STATEMENT).map((entry) => ({
      id: v7(),
      event_id: entry.eventId,
      user_id: entry.userId,
      event_type: entry.eventType,
      title: storable(entry.title),
      body: storable(entry.body),
      severity: entry.severity,
      link: storable(entry.link),
      delivery: entry.delivery,
      member_of: entry.memberOf ?? null,
      due_time: entry.dueTime,
      create_time: entry.createTime,
    }))
    await transaction.query(
      `insert into mail_entries (id, event_id, user_id, event_type, title, body, severity, link, delivery,
         member_of, due_time, create_time)
       select id, event_id, user_id, event_type, title, body, severity, link, delivery, member_of, due_time, create_time
       from json_populate_recordset(null::mail_entries, $1)
       on conflict on constraint mail_entries_once do nothing`,
      [JSON.stringify(values)],
    )
  }
  await transaction.query('select pg_notify($1, $2)', [MAIL_CHANNEL, ''])
}

/** PostgreSQL's text has neither U+0000 nor halves of surrogate pairs. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '')
}

/** Mail that waits for its time. */
export interface WaitingEntry {
  readonly eventType: string
  readonly delivery: MailDelivery
  readonly createTime: Date
  readonly dueTime: Date
}

/** When it goes out instead; undefined when it never does. */
export type Weighed = { readonly delivery: MailDelivery; readonly dueTime: Date } | undefined

/** Weighs a user's mail that is not composed yet again, after the user changed what is wanted when. */
export async function reweighMail(
  transaction: EntityManager,
  userId: string,
  weigh: (entry: WaitingEntry) => Weighed,
): Promise<void> {
  const waiting = await rows<{
    id: string
    event_type: string
    delivery: MailDelivery
    create_time: Date
    due_time: Date
  }>(
    transaction,
    `select id, event_type, delivery, create_time, due_time from mail_entries
     where user_id = $1 and mail_id is null and not dropped order by id for update`,
    [userId],
  )
  const changed: { id: string; delivery: MailDelivery; due_time: Date; dropped: boolean }[] = []
  for (const row of waiting) {
    const weighed = weigh({
      eventType: row.event_type,
      delivery: row.delivery,
      createTime: row.create_time,
      dueTime: row.due_time,
    })
    changed.push(
      weighed === undefined
        ? { id: row.id, delivery: row.delivery, due_time: row.due_time, dropped: true }
        : { id: row.id, delivery: weighed.delivery, due_time: weighed.dueTime, dropped: false },
    )
  }
  if (changed.length === 0) return
  await transaction.query(
    `update mail_entries entry
     set delivery = new.delivery, due_time = new.due_time, dropped = new.dropped,
       title = case when new.dropped then '' else entry.title end, body = case when new.dropped then '' else entry.body end
     from json_populate_recordset(null::mail_entries, $1) new where entry.id = new.id`,
    [JSON.stringify(changed)],
  )
  await transaction.query('select pg_notify($1, $2)', [MAIL_CHANNEL, ''])
}
