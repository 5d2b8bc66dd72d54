import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Chains transactions of the ledger by SHA-256. */
export class CreditsSealing1763700014001 implements MigrationInterface {
  readonly name = 'CreditsSealing1763700014001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(sealCredits)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop function seal_credits`)
  }
}

/**
 * Seals the oldest transactions that are not sealed, and answers how many; none when another caller is at it. The
 * encoding is that of backend/src/modules/credits/sealing/seal-content.ts, and documented there.
 *
 * One at a time: what the one before it sealed is committed when its lock is free, and each statement here sees it.
 * Of two transactions of one account the second was booked after the first had committed, and is later: they are
 * sealed in this order.
 */
const sealCredits = `
  create function seal_credits(at_most integer) returns integer language plpgsql
  set plan_cache_mode = 'force_generic_plan'
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  as $$
  declare
    last_number bigint;
    last_hash bytea;
    item record;
    sealed integer := 0;
    ids uuid[] := '{}';
    times timestamptz[] := '{}';
    hashes bytea[] := '{}';
  begin
    if not pg_try_advisory_xact_lock(1667391845, 1) then return 0; end if;
    select seal.number, seal.hash into last_number, last_hash
    from credit_seals as seal order by seal.number desc limit 1;
    if not found then
      last_number := 0;
      last_hash := decode(repeat('00', 32), 'hex');
    end if;
    for item in
      select waiting.time, waiting.transaction_id, convert_to(concat_ws('|',
        booked.id, booked.kind, booked.class_id, (extract(epoch from booked.time) * 1000000)::bigint,
        coalesce(booked.reference_kind || ':' || booked.reference_id, ''), coalesce(booked.actor_id::text, ''),
        coalesce(booked.request_id::text, ''), coalesce(encode(booked.request_hash, 'hex'), ''),
        coalesce(booked.reverses::text, ''),
        octet_length(booked.description) || ':' || booked.description,
        octet_length(booked.metadata::text) || ':' || booked.metadata::text,
        changes.text), 'UTF8') as content
      from (
        select unsealed.time, unsealed.transaction_id from credit_unsealed as unsealed
        order by unsealed.time, unsealed.transaction_id limit at_most
      ) as waiting
      join credit_transactions as booked on booked.id = waiting.transaction_id
      cross join lateral (
        select coalesce(string_agg(concat_ws(':',
          posting.account_id, posting.account_kind, coalesce(posting.organization_id::text, ''), posting.class_id,
          posting.sequence, posting.amount, posting.balance_after,
          (extract(epoch from posting.time) * 1000000)::bigint), ';' order by posting.account_id, posting.sequence), '')
          as text
        from credit_postings as posting where posting.transaction_id = booked.id
      ) as changes
      order by waiting.time, waiting.transaction_id
    loop
      sealed := sealed + 1;
      last_hash := sha256(last_hash || item.content);
      ids[sealed] := item.transaction_id;
      times[sealed] := item.time;
      hashes[sealed] := last_hash;
    end loop;
    if sealed = 0 then return 0; end if;
    insert into credit_seals (number, transaction_id, hash, seal_time)
    select last_number + given.ordinal, given.id, given.hash, clock_timestamp()
    from unnest(ids, hashes) with ordinality as given (id, hash, ordinal);
    delete from credit_unsealed as done using unnest(times, ids) as given (time, id)
    where done.time = given.time and done.transaction_id = given.id;
    return sealed;
  end $$`
