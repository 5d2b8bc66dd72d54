import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Classes of credits, and the double-entry ledger: accounts, transactions, holds and the chain of seals. */
export class CreditsLedger1763700014000 implements MigrationInterface {
  readonly name = 'CreditsLedger1763700014000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table credit_classes (
        id uuid primary key,
        -- never changes
        code text not null unique,
        display_name text not null,
        unit text not null,
        decimals smallint not null check (decimals between 0 and 6),
        validity_year integer,
        expire_time timestamptz,
        state text not null default 'ACTIVE' check (state in ('ACTIVE', 'CLOSED')),
        description text not null default '',
        create_time timestamptz not null default now()
      )`)
    // What an account is makes its id: it is locked, in the order of ids, without being looked up first.
    await runner.query(`
      create function credit_account_id(kind text, class_id uuid, organization_id uuid) returns uuid
      language sql immutable parallel safe as $$
        select encode(substr(sha256(convert_to(
          kind || ':' || class_id::text || ':' || coalesce(organization_id::text, ''), 'UTF8')), 1, 16), 'hex')::uuid
      $$`)
    await runner.query(`
      create table credit_accounts (
        id uuid primary key,
        class_id uuid not null references credit_classes,
        -- null of ISSUANCE and SINK
        organization_id uuid references organizations,
        kind text not null check (kind in ('AVAILABLE', 'HELD', 'ISSUANCE', 'SINK')),
        balance bigint not null default 0,
        -- sequence of its last posting, and the time of it
        posting_count bigint not null default 0,
        last_time timestamptz not null default '-infinity',
        -- people are told when available credits fall below it
        low_balance bigint not null default 0 check (low_balance >= 0),
        check ((kind in ('AVAILABLE', 'HELD')) = (organization_id is not null)),
        check (case kind when 'ISSUANCE' then balance <= 0 else balance >= 0 end)
      )
      -- Balances change in place: no index has them, and each page has room for another version of its rows.
      with (fillfactor = 50)`)
    // Not a constraint: that would be looked at whenever a balance changes.
    await runner.query(`
      create function check_credit_account_id() returns trigger language plpgsql as $$
      begin
        if new.id <> credit_account_id(new.kind, new.class_id, new.organization_id) then
          raise exception 'the id of an account follows from what it is' using errcode = 'check_violation';
        end if;
        return new;
      end $$`)
    await runner.query(`
      create trigger credit_accounts_id before insert or update of id, kind, class_id, organization_id
      on credit_accounts for each row execute function check_credit_account_id()`)
    await runner.query(`
      create unique index credit_accounts_by_organization
        on credit_accounts (organization_id, class_id, kind) nulls not distinct`)
    await runner.query(`create index credit_accounts_by_class on credit_accounts (class_id)`)
    await runner.query(`
      create table credit_transactions (
        -- UUIDv7
        id uuid primary key,
        kind text not null check (kind in ('ISSUANCE', 'AWARD', 'REDUCTION', 'ADJUSTMENT', 'TRANSFER_HOLD',
          'TRANSFER_RELEASE', 'TRANSFER', 'JOB_HOLD', 'JOB_CAPTURE', 'JOB_RELEASE', 'REVERSAL')),
        class_id uuid not null,
        -- taken when all its accounts were locked: later than every earlier posting of them
        time timestamptz not null,
        description text not null,
        reference_kind text check (reference_kind in ('job', 'transfer', 'booking')),
        reference_id uuid,
        -- null: the system
        actor_id uuid,
        request_id uuid,
        -- SHA-256 of what was asked for with the request id
        request_hash bytea,
        metadata jsonb not null default '{}',
        reverses uuid,
        check ((reference_kind is null) = (reference_id is null)),
        check ((request_id is null) = (request_hash is null)),
        check ((kind = 'REVERSAL') = (reverses is not null))
      )`)
    await runner.query(
      `create unique index credit_transactions_request on credit_transactions (request_id) where request_id is not null`,
    )
    await runner.query(
      `create unique index credit_transactions_reverses on credit_transactions (reverses) where reverses is not null`,
    )
    await runner.query(
      `create index credit_transactions_reference on credit_transactions (reference_id) where reference_id is not null`,
    )
    await runner.query(`create index credit_transactions_by_time on credit_transactions (time, id)`)
    await runner.query(`
      create table credit_postings (
        account_id uuid not null,
        -- of the account, from 1 without gaps
        sequence bigint not null check (sequence > 0),
        transaction_id uuid not null,
        -- the account's, and the transaction's time: statements read this table alone
        organization_id uuid,
        class_id uuid not null,
        account_kind text not null,
        amount bigint not null check (amount <> 0 and abs(amount) <= 1000000000000000),
        balance_after bigint not null,
        time timestamptz not null,
        primary key (account_id, sequence)
      )`)
    // The balance at a point in time: the last posting at or before it.
    await runner.query(`create index credit_postings_by_account on credit_postings (account_id, time)`)
    await runner.query(
      `create index credit_postings_by_organization on credit_postings (organization_id, time, transaction_id)
       where organization_id is not null`,
    )
    await runner.query(`create index credit_postings_by_transaction on credit_postings (transaction_id)`)
    await runner.query(`
      create table credit_holds (
        id uuid primary key,
        class_id uuid not null,
        organization_id uuid not null,
        purpose text not null check (purpose in ('JOB', 'TRANSFER')),
        -- of the job or the transfer
        purpose_id uuid not null,
        amount bigint not null check (amount > 0),
        state text not null default 'OPEN' check (state in ('OPEN', 'CLOSED')),
        -- what was paid of it
        captured bigint not null default 0 check (captured between 0 and amount),
        create_time timestamptz not null,
        close_time timestamptz,
        unique (purpose, purpose_id),
        check ((state = 'CLOSED') = (close_time is not null))
      )`)
    await runner.query(
      `create index credit_holds_open on credit_holds (organization_id, class_id) where state = 'OPEN'`,
    )
    // Organisations whose available credits somebody waits for: what they get is announced.
    await runner.query(`
      create table credit_waiters (
        organization_id uuid primary key
      )`)
    await runner.query(`
      create table credit_seals (
        -- from 1 without gaps
        number bigint primary key,
        transaction_id uuid not null unique,
        -- SHA-256 of the hash before and the transaction
        hash bytea not null,
        seal_time timestamptz not null
      )`)
    // What the sealer empties, from the oldest.
    await runner.query(`
      create table credit_unsealed (
        time timestamptz not null,
        transaction_id uuid not null,
        primary key (time, transaction_id)
      )`)
    await runner.query(`
      create table credit_verifications (
        id uuid primary key,
        request_time timestamptz not null default clock_timestamp(),
        -- null: by the clock
        requested_by uuid,
        begin_time timestamptz,
        end_time timestamptz,
        outcome text not null default 'RUNNING' check (outcome in ('RUNNING', 'INTACT', 'BROKEN')),
        -- transactions that were looked at
        verified_count bigint not null default 0,
        head_number bigint,
        head_hash bytea,
        first_broken uuid,
        message text not null default ''
      )`)
    await runner.query(
      `create index credit_verifications_by_time on credit_verifications (request_time desc)`,
    )
    await runner.query(`
      create function refuse_credit_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is never changed: what is wrong is corrected by another transaction', tg_table_name
          using errcode = 'restrict_violation';
      end $$`)
    for (const table of ['credit_transactions', 'credit_postings', 'credit_seals']) {
      await runner.query(`
        create trigger ${table}_never_change before update or delete or truncate on ${table}
        for each statement execute function refuse_credit_change()`)
    }
    await runner.query(postCredits)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop function post_credits`)
    for (const table of [
      'credit_verifications',
      'credit_unsealed',
      'credit_seals',
      'credit_waiters',
      'credit_holds',
      'credit_postings',
      'credit_transactions',
      'credit_accounts',
      'credit_classes',
    ]) {
      await runner.query(`drop table ${table}`)
    }
    await runner.query(`drop function refuse_credit_change`)
    await runner.query(`drop function check_credit_account_id`)
    await runner.query(`drop function credit_account_id`)
  }
}

/**
 * Books a batch of transactions in one round trip.
 *
 * Why no credit is spent twice, in READ COMMITTED: every account of the batch is locked, by ids in their order, before
 * its balance is read, and stays so until the end of the caller's transaction. Whoever waited for a lock sees the
 * balance that the one before it left: a row is read again when its lock is had, and each later statement has a
 * snapshot of its own.
 *
 * Why no circle of waiting closes: the caller locks the things that the booking is about first; then come request ids,
 * then accounts that are new, then all accounts, each in an order that is the same for all.
 *
 * Request ids are locked by hash before they are looked for: two calls with the same one, of whatever bodies, come one
 * after the other, and the second finds the first.
 *
 * Accounts and classes are given once each, accounts by id; transactions and postings say which they mean by number,
 * from 1. Postings of a transaction follow each other, and no two are of the same account.
 *
 * Closing a class takes effect on what begins after it: a booking that is under way may still end after the closing.
 */
const postCredits = `
  create function post_credits(
    -- one that is refused refuses all
    all_or_none boolean,
    -- tells what would be, without locks and changes
    dry_run boolean,
    account_ids uuid[],
    account_kinds text[],
    account_organizations uuid[],
    account_classes uuid[],
    class_ids uuid[],
    ids uuid[],
    kinds text[],
    classes integer[],
    -- what the class must be for it: ANY, UNEXPIRED or OPEN
    needs text[],
    descriptions text[],
    reference_kinds text[],
    reference_ids uuid[],
    actors uuid[],
    request_ids uuid[],
    request_hashes bytea[],
    metadata jsonb[],
    reverses uuid[],
    posting_transactions integer[],
    posting_accounts integer[],
    amounts bigint[],
    -- with a purpose the transaction opens the hold, without it closes it; empty when no transaction does
    hold_ids uuid[],
    hold_purposes text[],
    hold_purpose_ids uuid[],
    -- what is held, or captured
    hold_amounts bigint[],
    -- POSTED, REPEATED, HELD, or why it is refused
    out outcomes text[],
    -- the transaction that was booked before, of REPEATED; the hold that is open, of HELD
    out earlier_ids uuid[],
    out times timestamptz[],
    -- number and balance of the account that has too little, of INSUFFICIENT_CREDITS
    out short_accounts integer[],
    out short_balances bigint[],
    -- of the postings of POSTED
    out balances_after bigint[],
    out sequences bigint[]
  ) language plpgsql
  -- Planned once a connection, for a batch of any size: every table is reached by an index.
  set plan_cache_mode = 'force_generic_plan'
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  as $$
  #variable_conflict use_column
  declare
    transaction_count integer := cardinality(ids);
    posting_count integer := cardinality(amounts);
    locked_ids uuid[];
    balances bigint[];
    counts bigint[];
    class_states text[];
    known record;
    begin_time timestamptz;
    booked integer := 0;
    refused boolean := false;
    first_posting integer;
    next_posting integer := 1;
    outcome text;
    class_state text;
    account integer;
    balance_now bigint;
    change bigint;
  begin
    if not dry_run and exists (select from unnest(request_ids) as given (id) where given.id is not null) then
      perform pg_advisory_xact_lock(1667391844, buckets.bucket) from (
        select distinct hashtext(given.id::text) & 4095 as bucket from unnest(request_ids) as given (id)
        where given.id is not null order by 1
      ) as buckets;
    end if;

    if dry_run then
      select array_agg(asked.id order by asked.ordinal),
        array_agg(coalesce(found.balance, 0) order by asked.ordinal),
        array_agg(coalesce(found.posting_count, 0) order by asked.ordinal),
        greatest(clock_timestamp(), max(found.last_time) + interval '1 microsecond')
      into locked_ids, balances, counts, begin_time
      from unnest(account_ids) with ordinality as asked (id, ordinal)
      left join credit_accounts as found on found.id = asked.id;
    else
      if (select count(*) from credit_accounts as found where found.id = any(account_ids))
        < cardinality(account_ids)
      then
        insert into credit_accounts (id, class_id, organization_id, kind)
        select asked.id, asked.class_id, asked.organization_id, asked.kind
        from unnest(account_ids, account_classes, account_organizations, account_kinds)
          as asked (id, class_id, organization_id, kind)
        where exists (select from credit_classes where credit_classes.id = asked.class_id)
        order by asked.id
        on conflict do nothing;
      end if;
      select array_agg(locked.id), array_agg(locked.balance), array_agg(locked.posting_count),
        greatest(clock_timestamp(), max(locked.last_time) + interval '1 microsecond')
      into locked_ids, balances, counts, begin_time
      from (
        select found.id, found.balance, found.posting_count, found.last_time
        from credit_accounts as found where found.id = any(account_ids)
        order by found.id for no key update
      ) as locked;
      -- Those of a class that is unknown are missing.
      if locked_ids is distinct from account_ids then
        select array_agg(coalesce(balances[array_position(locked_ids, asked.id)], 0) order by asked.ordinal),
          array_agg(coalesce(counts[array_position(locked_ids, asked.id)], 0) order by asked.ordinal)
        into balances, counts
        from unnest(account_ids) with ordinality as asked (id, ordinal);
      end if;
    end if;

    select array_agg(
      case
        when found.id is null then 'UNKNOWN'
        when found.expire_time <= begin_time then 'EXPIRED'
        when found.state = 'CLOSED' then 'CLOSED'
        else 'OPEN'
      end order by asked.ordinal)
    into class_states
    from unnest(class_ids) with ordinality as asked (id, ordinal)
    left join credit_classes as found on found.id = asked.id;

    outcomes := array_fill(null::text, array[transaction_count]);
    earlier_ids := array_fill(null::uuid, array[transaction_count]);
    times := array_fill(null::timestamptz, array[transaction_count]);
    short_accounts := array_fill(null::integer, array[transaction_count]);
    short_balances := array_fill(null::bigint, array[transaction_count]);
    balances_after := array_fill(null::bigint, array[posting_count]);
    sequences := array_fill(null::bigint, array[posting_count]);

    for known in
      select array_position(request_ids, earlier.request_id) as ordinal, earlier.id, earlier.request_hash
      from credit_transactions as earlier where earlier.request_id = any(request_ids)
    loop
      outcomes[known.ordinal] := 'REPEATED';
      earlier_ids[known.ordinal] := known.id;
      if known.request_hash <> request_hashes[known.ordinal] then
        outcomes[known.ordinal] := 'REQUEST_ID_REUSED';
        refused := true;
      end if;
    end loop;
    for known in
      select array_position(post_credits.reverses, earlier.reverses) as ordinal
      from credit_transactions as earlier where earlier.reverses = any(post_credits.reverses)
    loop
      if outcomes[known.ordinal] is null then
        outcomes[known.ordinal] := 'ALREADY_REVERSED';
        refused := true;
      end if;
    end loop;
    if cardinality(hold_ids) > 0 then
      for known in
        select asked.ordinal, earlier.id, earlier.state
        from unnest(hold_purposes, hold_purpose_ids) with ordinality as asked (purpose, purpose_id, ordinal)
        join credit_holds as earlier
          on earlier.purpose = asked.purpose and earlier.purpose_id = asked.purpose_id
      loop
        outcomes[known.ordinal] := case known.state when 'OPEN' then 'HELD' else 'HOLD_CLOSED' end;
        earlier_ids[known.ordinal] := known.id;
        if known.state <> 'OPEN' then refused := true; end if;
      end loop;
    end if;

    for i in 1..transaction_count loop
      first_posting := next_posting;
      outcome := outcomes[i];
      class_state := class_states[classes[i]];
      if outcome is null and class_state <> 'OPEN' then
        outcome := case
          when class_state = 'UNKNOWN' then 'CLASS_UNKNOWN'
          when class_state = 'EXPIRED' and needs[i] <> 'ANY' then 'CLASS_EXPIRED'
          when class_state = 'CLOSED' and needs[i] = 'OPEN' then 'CLASS_CLOSED'
        end;
      end if;
      while next_posting <= posting_count and posting_transactions[next_posting] = i loop
        if outcome is null then
          account := posting_accounts[next_posting];
          change := amounts[next_posting];
          balance_now := balances[account];
          if account_kinds[account] = 'ISSUANCE' then
            if change < -9223372036854775807 - balance_now or change > -balance_now then
              outcome := 'AMOUNT_OUT_OF_RANGE';
            end if;
          elsif change > 9223372036854775807 - balance_now then
            outcome := 'AMOUNT_OUT_OF_RANGE';
          elsif change < -balance_now then
            outcome := 'INSUFFICIENT_CREDITS';
            short_accounts[i] := account;
            short_balances[i] := balance_now;
          end if;
        end if;
        next_posting := next_posting + 1;
      end loop;
      if outcome is null then
        outcome := 'POSTED';
        times[i] := begin_time + booked * interval '1 microsecond';
        booked := booked + 1;
        for p in first_posting..next_posting - 1 loop
          account := posting_accounts[p];
          balances[account] := balances[account] + amounts[p];
          counts[account] := counts[account] + 1;
          balances_after[p] := balances[account];
          sequences[p] := counts[account];
        end loop;
      elsif outcome not in ('REPEATED', 'HELD') then
        refused := true;
      end if;
      outcomes[i] := outcome;
    end loop;

    if all_or_none and refused then
      for i in 1..transaction_count loop
        if outcomes[i] in ('POSTED', 'HELD') then outcomes[i] := 'OTHERS_REFUSED'; end if;
      end loop;
      return;
    end if;
    if dry_run or booked = 0 then return; end if;

    insert into credit_transactions (id, kind, class_id, time, description, reference_kind, reference_id, actor_id,
      request_id, request_hash, metadata, reverses)
    select given.id, given.kind, class_ids[given.class], given.time, given.description, given.reference_kind,
      given.reference_id, given.actor, given.request_id, given.request_hash, given.metadata, given.reverses
    from unnest(outcomes, ids, kinds, classes, times, descriptions, reference_kinds, reference_ids, actors,
        request_ids, request_hashes, metadata, reverses)
      as given (outcome, id, kind, class, time, description, reference_kind, reference_id, actor, request_id,
        request_hash, metadata, reverses)
    where given.outcome = 'POSTED';
    insert into credit_postings (account_id, sequence, transaction_id, organization_id, class_id, account_kind,
      amount, balance_after, time)
    select account_ids[given.account], given.sequence, ids[given.transaction],
      account_organizations[given.account], account_classes[given.account], account_kinds[given.account],
      given.amount, given.balance_after, times[given.transaction]
    from unnest(posting_transactions, posting_accounts, amounts, balances_after, sequences)
      as given (transaction, account, amount, balance_after, sequence)
    where given.sequence is not null;
    update credit_accounts as changed
    set balance = given.balance, posting_count = given.count,
      last_time = begin_time + booked * interval '1 microsecond'
    from unnest(account_ids, balances, counts) as given (id, balance, count)
    where changed.id = given.id and changed.posting_count <> given.count;
    insert into credit_unsealed (time, transaction_id)
    select given.time, given.id from unnest(outcomes, times, ids) as given (outcome, time, id)
    where given.outcome = 'POSTED';

    if cardinality(hold_ids) > 0 then
      insert into credit_holds (id, class_id, organization_id, purpose, purpose_id, amount, create_time)
      select given.id, class_ids[given.class], (
          select account_organizations[posting.account]
          from unnest(posting_transactions, posting_accounts) as posting (transaction, account)
          where posting.transaction = given.ordinal and account_kinds[posting.account] = 'HELD'
        ), given.purpose, given.purpose_id, given.amount, given.time
      from unnest(outcomes, hold_ids, classes, hold_purposes, hold_purpose_ids, hold_amounts, times)
        with ordinality as given (outcome, id, class, purpose, purpose_id, amount, time, ordinal)
      where given.outcome = 'POSTED' and given.purpose is not null;
      update credit_holds as closed
      set state = 'CLOSED', captured = given.captured, close_time = given.time
      from unnest(outcomes, hold_ids, hold_purposes, hold_amounts, times)
        as given (outcome, id, purpose, captured, time)
      where given.outcome = 'POSTED' and given.purpose is null and closed.id = given.id;
    end if;

    if exists (select from credit_waiters) then
      perform pg_notify('credits_available', waiter.organization_id::text)
      from credit_waiters as waiter
      where waiter.organization_id in (
        select account_organizations[given.account]
        from unnest(posting_accounts, amounts, sequences) as given (account, amount, sequence)
        where given.sequence is not null and given.amount > 0 and account_kinds[given.account] = 'AVAILABLE'
      );
    end if;
  end $$`
