import type { MigrationInterface, QueryRunner } from 'typeorm'

export class NotificationsMail1763700010000 implements MigrationInterface {
  readonly name = 'NotificationsMail1763700010000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table mails (
        id uuid primary key,
        -- without a reference: an invited person's row goes when they sign in
        user_id uuid not null,
        -- of the last attempt; empty when the user has no address
        recipient text not null,
        -- goes to an address that nobody has verified yet
        invitation boolean not null,
        -- goes behind mail that is about the recipient's own things
        bulk boolean not null,
        entry_count integer not null,
        state text not null
          check (state in ('WAITING', 'SENDING', 'SENT', 'REJECTED', 'FAILED', 'DROPPED')),
        -- answered by the server; what never reached it does not count
        attempt_count integer not null default 0,
        -- attempts in which the message began to be handed over and of which no answer is known
        unanswered_count integer not null default 0,
        next_attempt_time timestamptz check ((next_attempt_time is not null) = (state = 'WAITING')),
        lease_id uuid check ((lease_id is not null) = (state = 'SENDING')),
        lease_expire_time timestamptz,
        last_response text not null default '',
        message_id text not null,
        create_time timestamptz not null,
        send_time timestamptz check ((send_time is not null) = (state = 'SENT')),
        end_time timestamptz check ((end_time is not null) = (state not in ('WAITING', 'SENDING')))
      )`)
    await runner.query(
      `create index mails_waiting on mails (bulk, next_attempt_time, id) where state = 'WAITING'`,
    )
    await runner.query(`create index mails_sending on mails (lease_expire_time) where state = 'SENDING'`)
    await runner.query(`create index mails_ended on mails (end_time, state) where end_time is not null`)
    await runner.query(`create index mails_listing on mails (create_time, id)`)
    await runner.query(`create index mails_recipient on mails (recipient, create_time)`)
    await runner.query(`
      create table mail_entries (
        id uuid primary key,
        event_id text not null,
        user_id uuid not null,
        event_type text not null,
        -- empty once the mail's text was removed
        title text not null,
        body text not null,
        severity text not null check (severity in ('INFO', 'SUCCESS', 'WARNING', 'ERROR')),
        link text not null,
        delivery text not null check (delivery in ('AT_ONCE', 'HOURLY', 'DAILY')),
        -- the organisation of which the recipient must still be a member when the mail goes out
        member_of uuid,
        due_time timestamptz not null,
        create_time timestamptz not null,
        -- null until it is composed
        mail_id uuid references mails (id) on delete cascade,
        -- left out of the mail: turned off, or no longer the recipient's business
        dropped boolean not null default false,
        constraint mail_entries_once unique (event_id, user_id)
      )`)
    // The composer comes to announcements after all else.
    await runner.query(`
      create index mail_entries_due on mail_entries ((event_type = 'operator.announcement'), due_time)
        where mail_id is null and not dropped`)
    await runner.query(`create index mail_entries_waiting on mail_entries (user_id) where mail_id is null`)
    await runner.query(`create index mail_entries_mail on mail_entries (mail_id)`)
    await runner.query(`
      -- addresses that did not take mail
      create table mail_rejections (
        address text primary key,
        reason text not null,
        reject_time timestamptz not null
      )`)
    await runner.query(`
      create table mail_server (
        one boolean primary key default true check (one),
        -- what it said last when it was not reached; empty when it took the last mail
        problem text not null,
        update_time timestamptz not null
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['mail_server', 'mail_rejections', 'mail_entries', 'mails']) {
      await runner.query(`drop table ${table}`)
    }
  }
}
