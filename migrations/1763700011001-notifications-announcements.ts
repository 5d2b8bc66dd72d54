import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What the operator tells everyone, or the members of some organisations. */
export class NotificationsAnnouncements1763700011001 implements MigrationInterface {
  readonly name = 'NotificationsAnnouncements1763700011001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table announcements (
        id uuid primary key,
        title text not null,
        body text not null,
        severity text not null check (severity in ('INFO', 'WARNING', 'ERROR')),
        -- whose members are told; everyone when empty
        organization_ids uuid[] not null,
        -- a path of this site or an https address; empty when there is none
        link text not null,
        author_id uuid not null references users (id),
        state text not null check (state in ('SCHEDULED', 'PUBLISHED', 'CANCELLED')),
        create_time timestamptz not null default now(),
        publish_time timestamptz not null,
        -- the author's, and SHA-256 of what was asked
        request_id uuid,
        request_hash bytea,
        -- set when the last of them has it
        recipient_count integer,
        constraint announcements_request unique (author_id, request_id)
      )`)
    await runner.query(`create index announcements_listing on announcements (create_time, id)`)
    await runner.query(`
      create index announcements_due on announcements (publish_time) where state = 'SCHEDULED'`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table announcements`)
  }
}
