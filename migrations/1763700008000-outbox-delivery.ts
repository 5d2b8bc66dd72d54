import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * Events get a running number in the order of their commits, by which their readers tell where they are; those that
 * cannot be delivered are put aside.
 */
export class OutboxDelivery1763700008000 implements MigrationInterface {
  readonly name = 'OutboxDelivery1763700008000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table outbox
        -- of the event that this one is sent again for
        add column replays_id bigint,
        -- in the order of commits; null until the event is numbered
        add column sequence bigint`)
    await runner.query(`create unique index outbox_sequence on outbox (sequence)`)
    await runner.query(`create index outbox_unnumbered on outbox (transaction_id, id) where sequence is null`)
    await runner.query(`drop index outbox_order`)
    await runner.query(`drop index outbox_create_time`)
    await runner.query(`
      create table outbox_head (
        is_only boolean primary key default true check (is_only),
        last_sequence bigint not null,
        -- the events of all older transactions are numbered
        horizon xid8 not null
      )`)
    await runner.query(`insert into outbox_head (last_sequence, horizon) values (0, '0')`)
    await runner.query(`
      create table outbox_readers (
        name text primary key,
        -- what sends to the message broker, or a queue
        kind text not null check (kind in ('RELAY', 'QUEUE')),
        -- AMQP topic patterns of a queue
        patterns text[] not null,
        -- every event up to this one is dealt with
        position bigint not null,
        declare_time timestamptz not null default now()
      )`)
    await runner.query(`
      create table parked_events (
        id uuid primary key,
        event_id text not null,
        -- in the outbox; null: it did not come from there
        sequence bigint,
        routing_key text not null,
        payload text not null,
        create_time timestamptz,
        -- RELAY, or the name of a queue
        parked_at text not null,
        reason text not null,
        message text not null,
        park_time timestamptz not null default clock_timestamp(),
        state text not null default 'PARKED' check (state in ('PARKED', 'RETRIED', 'DISCARDED')),
        settle_time timestamptz,
        settled_by uuid,
        unique (sequence, parked_at)
      )`)
    await runner.query(`create index parked_events_by_time on parked_events (park_time, id)`)
    await runner.query(
      `create index parked_events_open on parked_events (park_time, id) where state = 'PARKED'`,
    )
    await runner.query(`
      create table bus_reports (
        reporter uuid primary key,
        bus text not null check (bus in ('POSTGRES', 'RABBITMQ')),
        connected boolean not null,
        problem text not null,
        report_time timestamptz not null
      )`)
    await runner.query(numberOutbox)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop function number_outbox`)
    for (const table of ['bus_reports', 'parked_events', 'outbox_readers', 'outbox_head']) {
      await runner.query(`drop table ${table}`)
    }
    await runner.query(`alter table outbox drop column sequence, drop column replays_id`)
    await runner.query(`create index outbox_create_time on outbox (create_time)`)
    await runner.query(`create index outbox_order on outbox (transaction_id, id)`)
  }
}

/**
 * Rows become visible when their transactions commit, in an order that their ids do not tell. Of two events about
 * the same thing the second is written after the first has committed, because both lock the thing: who sees the
 * second sees the first, with a smaller id. So numbering what is visible by its ids, one caller after the other,
 * keeps their order, and waits for no transaction that is still open.
 */
const numberOutbox = `
  create function number_outbox(at_most integer) returns bigint language plpgsql as $$
  declare
    head outbox_head;
    seen xid8;
    given integer;
  begin
    select * into strict head from outbox_head;
    -- The transactions of a database that was restored elsewhere are numbered anew, from below.
    if head.horizon > pg_snapshot_xmax(pg_current_snapshot()) then
      update outbox_head set horizon = '0' where horizon = head.horizon;
      head.horizon := '0';
    end if;
    -- Most calls end here, without a lock.
    if not exists (select from outbox where sequence is null and transaction_id >= head.horizon) then
      return head.last_sequence;
    end if;
    -- A statement of its own: the next ones see all that an earlier caller numbered.
    select * into strict head from outbox_head for update;
    seen := pg_snapshot_xmin(pg_current_snapshot());
    with unnumbered as materialized (
      select id from outbox where sequence is null and transaction_id >= head.horizon
    ), placed as (
      select id, head.last_sequence + row_number() over (order by id) as sequence
      from (select id from unnumbered order by id limit at_most) as first
    ), numbered as (
      update outbox set sequence = placed.sequence from placed where outbox.id = placed.id
      returning outbox.sequence
    )
    select count(*), coalesce(max(sequence), head.last_sequence) into given, head.last_sequence from numbered;
    update outbox_head set
      last_sequence = head.last_sequence,
      horizon = case when given < at_most then seen else horizon end;
    return head.last_sequence;
  end $$`
