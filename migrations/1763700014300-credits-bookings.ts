import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What the operator does to balances, drawn up by one person and decided by another. */
export class CreditsBookings1763700014300 implements MigrationInterface {
  readonly name = 'CreditsBookings1763700014300'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table credit_bookings (
        id uuid primary key,
        kind text not null check (kind in ('ISSUANCE', 'AWARD', 'REDUCTION', 'ADJUSTMENT', 'REVERSAL')),
        state text not null default 'SUBMITTED'
          check (state in ('SUBMITTED', 'BOOKED', 'DECLINED', 'WITHDRAWN')),
        display_name text not null,
        reason text not null,
        evidence_urls text[] not null,
        -- of the file that the rows came from, with its SHA-256; both empty when there was none
        file_name text not null,
        file_sha256 bytea,
        row_count integer not null check (row_count > 0),
        -- [{class, amount, rows}], by code; amounts as text
        totals jsonb not null,
        -- of a REVERSAL alone
        reversed_transaction uuid references credit_transactions (id),
        creator_id uuid not null references users (id),
        create_time timestamptz not null default clock_timestamp(),
        decider_id uuid references users (id),
        decide_time timestamptz,
        decision_reason text not null default '',
        -- the creator's, and SHA-256 of what was asked
        request_id uuid,
        request_hash bytea not null,
        constraint credit_bookings_request unique (creator_id, request_id),
        constraint credit_bookings_reversal check ((kind = 'REVERSAL') = (reversed_transaction is not null)),
        constraint credit_bookings_decided check ((state = 'SUBMITTED') = (decider_id is null)
          and (state = 'SUBMITTED') = (decide_time is null)),
        -- Whoever drew it up takes it back, and someone else decides it.
        constraint credit_bookings_two_people
          check (decider_id is null or (decider_id = creator_id) = (state = 'WITHDRAWN'))
      )`)
    await runner.query(`create index credit_bookings_listing on credit_bookings (create_time, id)`)
    // A transaction is undone once, so no two bookings to undo it can be open.
    await runner.query(`
      create unique index credit_bookings_open_reversal on credit_bookings (reversed_transaction)
        where state in ('SUBMITTED', 'BOOKED')`)
    await runner.query(`
      create table credit_booking_rows (
        booking_id uuid not null references credit_bookings (id),
        -- of the file, or a position from 1
        line integer not null,
        organization_id uuid not null references organizations (id),
        class_id uuid not null references credit_classes (id),
        amount bigint not null check (amount <> 0),
        reference text not null,
        -- of a REDUCTION that is booked: what the organisation did not have
        deficit bigint not null default 0 check (deficit >= 0),
        transaction_id uuid references credit_transactions (id),
        primary key (booking_id, line)
      )`)
    await runner.query(`
      create index credit_booking_rows_deficit on credit_booking_rows (organization_id, class_id)
        where deficit > 0`)
    // What was approved is what was submitted: nothing else of either table ever changes, and nothing is removed.
    await runner.query(`
      create function credit_booking_kept() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' then
          if tg_table_name = 'credit_bookings' and to_jsonb(old) ->> 'state' = 'SUBMITTED'
            and to_jsonb(old) - '{state,decider_id,decide_time,decision_reason}'::text[]
              = to_jsonb(new) - '{state,decider_id,decide_time,decision_reason}'::text[] then
            return new;
          end if;
          if tg_table_name = 'credit_booking_rows'
            and to_jsonb(old) - '{deficit,transaction_id}'::text[] = to_jsonb(new) - '{deficit,transaction_id}'::text[]
            and to_jsonb(old) ->> 'transaction_id' is null then
            return new;
          end if;
        end if;
        raise exception '% of % is refused: bookings of credits are kept as they were submitted', tg_op, tg_table_name
          using errcode = 'restrict_violation';
      end $$`)
    for (const table of ['credit_bookings', 'credit_booking_rows']) {
      await runner.query(`
        create trigger ${table}_kept before update or delete on ${table}
          for each row execute function credit_booking_kept()`)
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table credit_booking_rows`)
    await runner.query(`drop table credit_bookings`)
    await runner.query(`drop function credit_booking_kept`)
  }
}
