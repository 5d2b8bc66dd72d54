import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What is known of batches of fixes that go through a queue. */
export class LocationsQueue1763700015200 implements MigrationInterface {
  readonly name = 'LocationsQueue1763700015200'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table fix_dead_batches (
        id uuid primary key,
        time timestamptz not null default clock_timestamp(),
        reason text not null,
        -- null where the batch could not be read
        organization_no integer references location_policies (organization_no),
        fix_count integer not null check (fix_count >= 0),
        -- to find those of devices that are removed
        device_nos integer[] not null default '{}',
        -- the batch as it was queued; null where it could not be read, since nobody would know whose it is
        content bytea
      )`)
    await runner.query(`create index fix_dead_batches_by_time on fix_dead_batches (time desc, id desc)`)
    await runner.query(`create index fix_dead_batches_by_device on fix_dead_batches using gin (device_nos)`)
    // One batch in a while is marked before it is sent, and its mark is taken away when it is dealt with: the oldest
    // mark tells how long batches wait, whatever becomes of the processes and the broker.
    await runner.query(`
      create table fix_queue_marks (
        id uuid primary key,
        time timestamptz not null default clock_timestamp()
      )`)
    // Of batches that came back from a worker which did not deal with them: how often one was begun alone since, to find
    // the one that workers die of.
    await runner.query(`
      create table fix_queue_attempts (
        message_id text primary key,
        attempts integer not null,
        time timestamptz not null default clock_timestamp()
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table fix_queue_attempts')
    await runner.query('drop table fix_queue_marks')
    await runner.query('drop table fix_dead_batches')
  }
}
