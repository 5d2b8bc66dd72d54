import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Inboxes with their notifications, and what each user wants to be told of and when. */
export class Notifications1763700009000 implements MigrationInterface {
  readonly name = 'Notifications1763700009000'

  async up(runner: QueryRunner): Promise<void> {
    // Every change of a notification is made under the lock of its inbox's row. No index but the key: the row
    // changes with every notification and stays on its page.
    await runner.query(`
      create table inboxes (
        user_id uuid primary key references users (id) on delete cascade,
        -- of the latest notification; never falls, also when notifications are removed for their age
        last_sequence bigint not null default 0 check (last_sequence >= 0),
        -- notifications that are neither read nor archived
        unread_count integer not null default 0 check (unread_count >= 0),
        -- when last_sequence last rose
        grow_time timestamptz not null default now(),
        -- create_time of the latest notification: that of the next is no earlier
        last_create_time timestamptz
      ) with (fillfactor = 70)`)
    await runner.query(`
      create table notifications (
        -- of an inbox that its writer has locked; a foreign key would look it up once more for each
        user_id uuid not null,
        sequence bigint not null check (sequence > 0),
        -- of the outbox: an event that is handled twice is told once
        event_id text not null,
        event_type text not null,
        title text not null check (length(title) between 1 and 200),
        body text not null check (length(body) <= 4000),
        severity text not null check (severity in ('INFO', 'SUCCESS', 'WARNING', 'ERROR')),
        link text not null,
        resource text not null,
        -- slug; empty when it is about no organisation
        organization text not null,
        -- when the event happened; rises with the sequence, so that the oldest ones are a prefix of the inbox
        create_time timestamptz not null,
        read_time timestamptz,
        -- whatever is archived is read
        archive_time timestamptz check (archive_time is null or read_time is not null),
        -- came in the user's quiet hours
        quiet boolean not null,
        primary key (user_id, sequence),
        constraint notifications_once unique (user_id, event_id)
      )`)
    await runner.query(`
      create index notifications_unread on notifications (user_id, sequence) where read_time is null`)
    await runner.query(`
      create index notifications_archived on notifications (user_id, sequence) where archive_time is not null`)
    await runner.query(`create index notifications_age on notifications (create_time)`)
    await runner.query(`
      create index notifications_announcement on notifications (resource)
        where event_type = 'operator.announcement'`)
    await runner.query(`
      create function remove_notifications() returns trigger language plpgsql as $$
      begin
        delete from notifications where user_id = old.user_id;
        return null;
      end $$`)
    await runner.query(`
      create trigger inboxes_removed after delete on inboxes
        for each row execute function remove_notifications()`)
    await runner.query(`
      create table notification_preferences (
        user_id uuid not null references users (id) on delete cascade,
        event_type text not null,
        -- null where the user has not chosen
        in_app boolean,
        mail text check (mail in ('OFF', 'AT_ONCE', 'HOURLY', 'DAILY')),
        primary key (user_id, event_type)
      )`)
    await runner.query(`
      create table notification_settings (
        user_id uuid primary key references users (id) on delete cascade,
        quiet_enabled boolean not null default false,
        -- minutes after midnight, local time; before the start when they last past midnight
        quiet_start_minute smallint not null default 1320 check (quiet_start_minute between 0 and 1439),
        quiet_end_minute smallint not null default 420 check (quiet_end_minute between 0 and 1439),
        -- IANA
        time_zone text not null default 'UTC',
        daily_digest_minute smallint not null default 480 check (daily_digest_minute between 0 and 1439),
        check (quiet_start_minute <> quiet_end_minute)
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['notification_settings', 'notification_preferences', 'inboxes', 'notifications']) {
      await runner.query(`drop table ${table}`)
    }
    await runner.query('drop function remove_notifications()')
  }
}
