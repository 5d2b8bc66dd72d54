import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { type Database, rows } from '../sql.ts'
import type { MailSeverity } from './mail-entry.ts'

/** A mail that one attempt has taken for itself. */
export interface ClaimedMail {
  readonly id: string
  readonly leaseId: string
  readonly userId: string
  readonly invitation: boolean
  readonly messageId: string
  readonly createTime: Date
  /** Answered by the server before. */
  readonly attemptCount: number
  /** Handed over before, with an answer that got lost. */
  readonly unansweredCount: number
  readonly entryCount: number
}

/** Entries of a mail that are kept or dropped together. */
export interface EntryKind {
  readonly eventType: string
  /** The organisation of which the recipient must be a member; undefined for none. */
  readonly memberOf: string | undefined
  readonly count: number
}

export interface StoredEntry {
  readonly title: string
  readonly body: string
  readonly severity: MailSeverity
  readonly link: string
  readonly createTime: Date
}

/** How an attempt leaves the mail. */
export type MailEnd =
  | { readonly state: 'SENT' | 'FAILED' | 'DROPPED' }
  | { readonly state: 'REJECTED'; readonly address: string }
  | { readonly state: 'WAITING'; readonly nextAttemptTime: Date }

export interface MailRecordUpdate {
  readonly end: MailEnd
  readonly response: string
  readonly attemptCount: number
  readonly unansweredCount: number
}

/** An attempt is over long before: its connection is cut after a minute. */
const LEASE_MS = 5 * 60_000
export const UNANSWERED_MAX = 2

/** Another worker has the mail, or an operator ended it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

export class MailStore {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  /** The next mail that is due; nobody else gets it until its lease ends. */
  async claim(now: Date): Promise<ClaimedMail | undefined> {
    const leaseId = v7()
    const [row] = await rows<{
      id: string
      user_id: string
      invitation: boolean
      message_id: string
      create_time: Date
      attempt_count: number
      unanswered_count: number
      entry_count: number
    }>(
      this.#dataSource,
      `update mails set state = 'SENDING', next_attempt_time = null, lease_id = $1, lease_expire_time = $2
       where id = (
         select id from mails where state = 'WAITING' and next_attempt_time <= $3
         order by bulk, next_attempt_time, id limit 1 for update skip locked)
       returning id, user_id, invitation, message_id, create_time, attempt_count, unanswered_count, entry_count`,
      [leaseId, new Date(now.getTime() + LEASE_MS), now],
    )
    if (row === undefined) return undefined
    return {
      id: row.id,
      leaseId,
      userId: row.user_id,
      invitation: row.invitation,
      messageId: row.message_id,
      createTime: row.create_time,
      attemptCount: row.attempt_count,
      unansweredCount: row.unanswered_count,
      entryCount: row.entry_count,
    }
  }

  /** Mails whose worker ended while it had them may be tried again, unless they may have gone out twice. */
  async releaseExpired(now: Date): Promise<number> {
    const released = await rows<{ id: string }>(
      this.#dataSource,
      `update mails set lease_id = null, lease_expire_time = null,
         state = case when unanswered_count < $2 then 'WAITING' else 'FAILED' end,
         next_attempt_time = case when unanswered_count < $2 then $1::timestamptz end,
         end_time = case when unanswered_count < $2 then null else $1::timestamptz end,
         last_response = 'The worker ended during the attempt.'
       where id in (
         select id from mails where state = 'SENDING' and lease_expire_time < $1 for update skip locked)
       returning id`,
      [now, UNANSWERED_MAX],
    )
    return released.length
  }

  async addressOf(
    userId: string,
  ): Promise<{ address: string | undefined; verified: boolean; rejected: boolean } | undefined> {
    const [row] = await rows<{ email: string | null; email_verified: boolean; rejected: boolean }>(
      this.#dataSource,
      `select email, email_verified, exists (select from mail_rejections where address = email) as rejected
       from users where id = $1`,
      [userId],
    )
    return row && { address: row.email ?? undefined, verified: row.email_verified, rejected: row.rejected }
  }

  /** What the mail is made of; few, however many its entries are. */
  async kinds(mailId: string): Promise<EntryKind[]> {
    const found = await rows<{ event_type: string; member_of: string | null; count: number }>(
      this.#dataSource,
      `select event_type, member_of, count(*)::int as count from mail_entries
       where mail_id = $1 and not dropped group by event_type, member_of`,
      [mailId],
    )
    return found.map((row) => ({
      eventType: row.event_type,
      memberOf: row.member_of ?? undefined,
      count: row.count,
    }))
  }

  /** What the mail is to say: the latest of its entries, the earliest of them first. */
  async latestEntries(mailId: string, limit: number): Promise<StoredEntry[]> {
    const found = await rows<{
      title: string
      body: string
      severity: MailSeverity
      link: string
      create_time: Date
    }>(
      this.#dataSource,
      `select title, body, severity, link, create_time from mail_entries
       where mail_id = $1 and not dropped order by create_time desc, id desc limit $2`,
      [mailId, limit],
    )
    return found.toReversed().map(({ create_time: createTime, ...entry }) => ({ ...entry, createTime }))
  }

  /** Those of the organisations (uuids) of which the user is a member. */
  async memberships(
    manager: Database,
    userId: string,
    organizationIds: readonly string[],
  ): Promise<Set<string>> {
    if (organizationIds.length === 0) return new Set()
    const found = await rows<{ organization_id: string }>(
      manager,
      'select organization_id from memberships where user_id = $1 and organization_id = any($2)',
      [userId, organizationIds],
    )
    return new Set(found.map((row) => row.organization_id))
  }

  /** Leaves entries out of their mail. */
  async dropEntries(mail: ClaimedMail, kinds: readonly EntryKind[]): Promise<void> {
    if (kinds.length === 0) return
    await this.#leased(mail, async (manager) => {
      await manager.query(
        `update mail_entries set dropped = true, title = '', body = ''
         from unnest($2::text[], $3::uuid[]) as unwanted (event_type, member_of)
         where mail_id = $1 and mail_entries.event_type = unwanted.event_type
           and mail_entries.member_of is not distinct from unwanted.member_of`,
        [mail.id, kinds.map(({ eventType }) => eventType), kinds.map(({ memberOf }) => memberOf ?? null)],
      )
      await manager.query(
        `update mails set entry_count = (select count(*) from mail_entries where mail_id = $1 and not dropped)
         where id = $1`,
        [mail.id],
      )
    })
  }

  /**
   * Keeps, before the message goes out, that it may have.
   * @throws LeaseLost
   */
  async handOver(mail: ClaimedMail, recipient: string): Promise<void> {
    const found = await rows<{ id: string }>(
      this.#dataSource,
      `update mails set unanswered_count = unanswered_count + 1, recipient = $3
       where id = $1 and lease_id = $2 and unanswered_count < $4 returning id`,
      [mail.id, mail.leaseId, recipient, UNANSWERED_MAX],
    )
    if (found.length === 0) throw new LeaseLost('the mail was taken by another attempt')
  }

  /**
   * What became of the attempt. Removes the text of a mail that needs it no longer.
   * @throws LeaseLost
   */
  async record(mail: ClaimedMail, update: MailRecordUpdate, recipient: string, now: Date): Promise<void> {
    const { end } = update
    await this.#leased(mail, async (manager) => {
      const waiting = end.state === 'WAITING'
      await manager.query(
        `update mails set state = $2, lease_id = null, lease_expire_time = null, next_attempt_time = $3,
           send_time = $4, end_time = $5, last_response = $6, attempt_count = $7, unanswered_count = $8, recipient = $9
         where id = $1`,
        [
          mail.id,
          end.state,
          waiting ? end.nextAttemptTime : null,
          end.state === 'SENT' ? now : null,
          waiting ? null : now,
          update.response,
          update.attemptCount,
          update.unansweredCount,
          recipient,
        ],
      )
      if (end.state === 'SENT' || end.state === 'DROPPED') await removeText(manager, [mail.id])
      if (end.state === 'REJECTED') {
        await manager.query(
          `insert into mail_rejections (address, reason, reject_time) values ($1, $2, $3)
           on conflict (address) do nothing`,
          [end.address, update.response, now],
        )
      }
    })
  }

  /** What the operator reads: why no mail goes out; empty when it does. */
  async reportServer(problem: string, now: Date): Promise<void> {
    await this.#dataSource.query(
      `insert into mail_server (problem, update_time) values ($1, $2)
       on conflict (one) do update set problem = excluded.problem, update_time = excluded.update_time
       where mail_server.problem <> excluded.problem`,
      [problem, now],
    )
  }

  /** Texts that nobody will retry, and records of mails long ended. */
  async prune(now: Date): Promise<void> {
    const before = (days: number) => new Date(now.getTime() - days * 86_400_000)
    await this.#dataSource.query(
      `update mail_entries set title = '', body = '' where title <> '' and mail_id in (
         select id from mails where state in ('REJECTED', 'FAILED') and end_time < $1)`,
      [before(TEXT_DAYS)],
    )
    // In portions, so that no statement holds up others.
    for (let count = PRUNED_AT_ONCE; count === PRUNED_AT_ONCE; ) {
      const gone = await rows(
        this.#dataSource,
        `delete from mails where id in (select id from mails where end_time < $1 limit $2) returning id`,
        [before(RECORD_DAYS), PRUNED_AT_ONCE],
      )
      count = gone.length
    }
    await this.#dataSource.query(
      'delete from mail_entries where mail_id is null and dropped and create_time < $1',
      [before(RECORD_DAYS)],
    )
  }

  #leased(mail: ClaimedMail, work: (manager: EntityManager) => Promise<void>): Promise<void> {
    return inTransaction(this.#dataSource, async (manager) => {
      const held = await rows(manager, 'select 1 from mails where id = $1 and lease_id = $2 for update', [
        mail.id,
        mail.leaseId,
      ])
      if (held.length === 0) throw new LeaseLost('the mail was taken by another attempt')
      await work(manager)
    })
  }
}

/** The operator may retry a mail that was given up for as long. */
const TEXT_DAYS = 7
const RECORD_DAYS = 90
const PRUNED_AT_ONCE = 1_000

async function removeText(manager: EntityManager, mailIds: readonly string[]): Promise<void> {
  await manager.query(`update mail_entries set title = '', body = '' where mail_id = any($1)`, [mailIds])
}
