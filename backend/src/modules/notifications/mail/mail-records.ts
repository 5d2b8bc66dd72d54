import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import { type Database, rows } from '../sql.ts'
import { MAIL_CHANNEL } from './queue-mail.ts'

export type MailState = 'WAITING' | 'SENDING' | 'SENT' | 'REJECTED' | 'FAILED' | 'DROPPED'

/** What the operator may know of a mail: neither subject nor text. */
export interface MailRecord {
  readonly id: string
  readonly recipient: string
  readonly entryCount: number
  readonly state: MailState
  readonly attemptCount: number
  readonly createTime: Date
  readonly nextAttemptTime: Date | undefined
  readonly sendTime: Date | undefined
  readonly lastResponse: string
}

/** Where a page ended: the time as PostgreSQL writes it, with its microseconds. */
export interface MailCursor {
  readonly createTime: string
  readonly id: string
}

export interface MailFilter {
  /** All when empty. */
  readonly states: readonly MailState[]
  readonly recipient: string | undefined
  readonly limit: number
  readonly after: MailCursor | undefined
}

export interface MailFigures {
  /** Composed, and to be sent or tried again. */
  readonly waiting: number
  /** When the first of them was composed. */
  readonly oldestTime: Date | undefined
  /** Within the last 24 hours, as the next two. */
  readonly sent: number
  readonly rejected: number
  readonly failed: number
  /** Why the mail server was not reached; empty when it took the last mail. */
  readonly problem: string
}

interface MailRow {
  id: string
  recipient: string
  entry_count: number
  state: MailState
  attempt_count: number
  create_time: Date
  create_text: string
  next_attempt_time: Date | null
  send_time: Date | null
  last_response: string
}

const COLUMNS = `id, recipient, entry_count, state, attempt_count, create_time, create_time::text as create_text,
  next_attempt_time, send_time, last_response`
const DAY_MS = 86_400_000

function recordOf(row: MailRow): MailRecord {
  return {
    id: row.id,
    recipient: row.recipient,
    entryCount: row.entry_count,
    state: row.state,
    attemptCount: row.attempt_count,
    createTime: row.create_time,
    nextAttemptTime: row.next_attempt_time ?? undefined,
    sendTime: row.send_time ?? undefined,
    lastResponse: row.last_response,
  }
}

/** The latest first. */
export async function listMails(
  database: Database,
  filter: MailFilter,
): Promise<{ mail: MailRecord; cursor: MailCursor }[]> {
  const found = await rows<MailRow>(
    database,
    `select ${COLUMNS} from mails
     where (cardinality($1::text[]) = 0 or state = any($1)) and ($2::text is null or recipient = lower($2))
       and ($3::timestamptz is null or (create_time, id) < ($3, $4::uuid))
     order by mails.create_time desc, id desc limit $5`,
    [
      filter.states,
      filter.recipient ?? null,
      filter.after?.createTime ?? null,
      filter.after?.id ?? null,
      filter.limit,
    ],
  )
  return found.map((row) => ({
    mail: recordOf(row),
    cursor: { createTime: row.create_text, id: row.id },
  }))
}

export async function mailFigures(database: Database, now = new Date()): Promise<MailFigures> {
  const [row] = await rows<{
    waiting: number
    oldest_time: Date | null
    sent: number
    rejected: number
    failed: number
    problem: string | null
  }>(
    database,
    `select waiting.*, ended.*, (select problem from mail_server) as problem
     from (select count(*)::int as waiting, min(create_time) as oldest_time from mails
           where state in ('WAITING', 'SENDING')) waiting,
          (select (count(*) filter (where state = 'SENT'))::int as sent,
             (count(*) filter (where state = 'REJECTED'))::int as rejected,
             (count(*) filter (where state = 'FAILED'))::int as failed
           from mails where end_time > $1) ended`,
    [new Date(now.getTime() - DAY_MS)],
  )
  return {
    waiting: row?.waiting ?? 0,
    oldestTime: row?.oldest_time ?? undefined,
    sent: row?.sent ?? 0,
    rejected: row?.rejected ?? 0,
    failed: row?.failed ?? 0,
    problem: row?.problem ?? '',
  }
}

/**
 * Tries a mail again at once that waits, was refused or was given up: its attempts begin anew, and its address is
 * taken for good again.
 *
 * @throws DomainError NOT_FOUND MAIL_NOT_FOUND, FAILED_PRECONDITION MAIL_NOT_RETRYABLE
 */
export function retryMail(dataSource: DataSource, id: string, now = new Date()): Promise<MailRecord> {
  return inTransaction(dataSource, async (manager) => {
    const [mail] = await rows<MailRow>(manager, `select ${COLUMNS} from mails where id = $1 for update`, [id])
    if (mail === undefined) throw new DomainError('NOT_FOUND', 'MAIL_NOT_FOUND', 'There is no such mail.')
    if (mail.state !== 'WAITING' && mail.state !== 'REJECTED' && mail.state !== 'FAILED') {
      throw notRetryable(
        `The mail is ${mail.state}; only one that waits, was rejected or failed can be retried.`,
      )
    }
    const [text] = await rows(
      manager,
      `select 1 from mail_entries where mail_id = $1 and not dropped and title <> '' limit 1`,
      [id],
    )
    if (text === undefined) throw notRetryable('The text of the mail was removed after a week.')
    await manager.query('delete from mail_rejections where address = $1', [mail.recipient])
    const [retried] = await rows<MailRow>(
      manager,
      `update mails set state = 'WAITING', next_attempt_time = $2, end_time = null, attempt_count = 0,
         unanswered_count = 0
       where id = $1 returning ${COLUMNS}`,
      [id, now],
    )
    if (retried === undefined) throw new Error('a mail under lock is gone')
    await manager.query('select pg_notify($1, $2)', [MAIL_CHANNEL, ''])
    return recordOf(retried)
  })
}

function notRetryable(message: string): DomainError {
  return new DomainError('FAILED_PRECONDITION', 'MAIL_NOT_RETRYABLE', message)
}
