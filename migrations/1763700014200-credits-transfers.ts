import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Transfers of credits between organisations: what is agreed, who did which step, and what people signed. */
export class CreditsTransfers1763700014200 implements MigrationInterface {
  readonly name = 'CreditsTransfers1763700014200'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table credit_transfers (
        id uuid primary key,
        direction text not null check (direction in ('SELL', 'BUY')),
        seller_id uuid not null references organizations (id),
        buyer_id uuid not null references organizations (id),
        class_id uuid not null references credit_classes (id),
        -- of the smallest unit of the class
        amount bigint not null check (amount between 1 and 1000000000000000),
        -- of one whole credit, in millionths of the currency
        price_per_credit_micros bigint not null check (price_per_credit_micros >= 0),
        currency_code text not null,
        category text not null check (category in ('SALE', 'AFFILIATED', 'EXCHANGE', 'GIFT')),
        -- in UTC; null for at once when approved
        effective_date date,
        expire_time timestamptz not null,
        -- [{"display_name", "url"}]
        attachments jsonb not null,
        state text not null check (state in ('PROPOSED', 'ACCEPTED', 'REFUSED', 'RESCINDED', 'EXPIRED',
          'RECOMMENDED_FOR_APPROVAL', 'RECOMMENDED_FOR_REJECTION', 'APPROVED', 'DECLINED', 'RECORDED')),
        proposer_id uuid not null references users (id),
        accepter_id uuid references users (id),
        -- everyone who recommended anything; the last one's holds
        recommender_ids uuid[] not null default '{}',
        decider_id uuid references users (id),
        create_time timestamptz not null,
        accept_time timestamptz,
        record_time timestamptz,
        -- of the last step, and of the last one that members see
        update_time timestamptz not null,
        public_update_time timestamptz not null,
        -- how many there are of each
        step_count integer not null,
        public_step_count integer not null,
        -- the proposer's, and SHA-256 of what was asked
        request_id uuid,
        request_hash bytea not null,
        constraint credit_transfers_request unique (proposer_id, request_id),
        constraint credit_transfers_sides check (seller_id <> buyer_id),
        -- Proposer, accepter, recommenders and decider are different people, whatever the program thinks.
        constraint credit_transfers_accepter check (accepter_id <> proposer_id),
        constraint credit_transfers_recommenders check (
          proposer_id <> all (recommender_ids) and accepter_id <> all (recommender_ids)),
        constraint credit_transfers_decider check (
          decider_id <> proposer_id and decider_id <> accepter_id and decider_id <> all (recommender_ids)),
        constraint credit_transfers_record_time check ((state = 'RECORDED') = (record_time is not null))
      )`)
    // Of one organisation, as either side, latest first.
    await runner.query(`
      create index credit_transfers_seller on credit_transfers (seller_id, create_time desc, id desc)`)
    await runner.query(`
      create index credit_transfers_buyer on credit_transfers (buyer_id, create_time desc, id desc)`)
    // The operator's queue, and everything else.
    await runner.query(`
      create index credit_transfers_waiting on credit_transfers (accept_time, id)
      where state in ('ACCEPTED', 'RECOMMENDED_FOR_APPROVAL', 'RECOMMENDED_FOR_REJECTION')`)
    await runner.query(`
      create index credit_transfers_latest on credit_transfers (update_time desc, id desc)
      where state not in ('ACCEPTED', 'RECOMMENDED_FOR_APPROVAL', 'RECOMMENDED_FOR_REJECTION')`)
    // What workers look for.
    await runner.query(`
      create index credit_transfers_expiring on credit_transfers (expire_time, id) where state = 'PROPOSED'`)
    await runner.query(`
      create index credit_transfers_due on credit_transfers (effective_date, id) where state = 'APPROVED'`)

    await runner.query(`
      create table credit_transfer_steps (
        transfer_id uuid not null references credit_transfers (id),
        number integer not null,
        action text not null,
        -- after it
        state text not null,
        -- null when the system did it
        user_id uuid references users (id),
        -- of the user in this step; null when the system did it
        organization_id uuid references organizations (id),
        time timestamptz not null,
        reason text not null,
        -- whether members see it
        public boolean not null,
        primary key (transfer_id, number)
      )`)
    await runner.query(`
      create table credit_transfer_comments (
        id uuid primary key,
        transfer_id uuid not null references credit_transfers (id),
        user_id uuid not null references users (id),
        organization_id uuid not null references organizations (id),
        text text not null,
        public boolean not null,
        time timestamptz not null,
        -- the author's, and SHA-256 of what was asked
        request_id uuid,
        request_hash bytea not null,
        constraint credit_transfer_comments_request unique (user_id, request_id)
      )`)
    await runner.query(`
      create index credit_transfer_comments_transfer on credit_transfer_comments (transfer_id, time, id)`)

    await runner.query(`
      create table credit_declarations (
        -- SHA-256 of the text: another text is another declaration
        id text primary key,
        text text not null,
        -- among those that hold; null when it does no more
        position integer,
        create_time timestamptz not null default now()
      )`)
    await runner.query(`
      insert into credit_declarations (id, text, position)
      select encode(sha256(convert_to(text, 'UTF8')), 'hex'), text, position
      from unnest(array[
        'I am authorised to bind my organisation to this transfer.',
        'What this transfer says, its price and its category included, is true and complete.'
      ]) with ordinality as declared (text, position)`)
    await runner.query(`
      create table credit_transfer_signatures (
        transfer_id uuid not null references credit_transfers (id),
        user_id uuid not null references users (id),
        organization_id uuid not null references organizations (id),
        position integer not null,
        declaration_id text not null,
        -- as it was
        text text not null,
        time timestamptz not null,
        primary key (transfer_id, user_id, position)
      )`)

    // Who did what, who said what and who signed what stays as it was.
    await runner.query(`
      create function refuse_transfer_history_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is only added to', tg_table_name using errcode = 'restrict_violation';
      end $$`)
    for (const table of [
      'credit_transfer_steps',
      'credit_transfer_comments',
      'credit_transfer_signatures',
    ] as const) {
      await runner.query(`
        create trigger ${table}_added_to before update or delete on ${table}
        for each row execute function refuse_transfer_history_change()`)
      await runner.query(`
        create trigger ${table}_not_emptied before truncate on ${table}
        for each statement execute function refuse_transfer_history_change()`)
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table credit_transfer_signatures, credit_declarations, credit_transfer_comments, credit_transfer_steps,
        credit_transfers`)
    await runner.query(`drop function refuse_transfer_history_change()`)
  }
}
