import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Outbox rows are read in the order of their transactions, and their readers are told of new ones. */
export class JobsOutboxOrder1763700003001 implements MigrationInterface {
  readonly name = 'JobsOutboxOrder1763700003001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table outbox add column transaction_id xid8 not null default pg_current_xact_id()`)
    await runner.query(`create index outbox_order on outbox (transaction_id, id)`)
    await runner.query(`
      create function notify_outbox() returns trigger language plpgsql as $$
      begin
        perform pg_notify('fairlead_outbox', '');
        return null;
      end $$`)
    await runner.query(`
      create trigger outbox_notify after insert on outbox
        for each statement execute function notify_outbox()`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop trigger outbox_notify on outbox`)
    await runner.query(`drop function notify_outbox`)
    await runner.query(`alter table outbox drop column transaction_id`)
  }
}
