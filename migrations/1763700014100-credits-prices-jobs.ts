import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What jobs cost, and what each job of a service with a price was promised, holds and paid. */
export class CreditsPricesJobs1763700014100 implements MigrationInterface {
  readonly name = 'CreditsPricesJobs1763700014100'

  async up(runner: QueryRunner): Promise<void> {
    const amounts = ['per_job', 'per_task_second', 'per_output_gb', 'free_per_month']
    await runner.query(`
      create table credit_prices (
        -- id of a job service
        service text not null,
        class_id uuid not null references credit_classes (id),
        ${amounts.map((amount) => `${amount} bigint not null check (${amount} between 0 and 1000000000000)`).join(', ')},
        update_time timestamptz not null default now(),
        primary key (service, class_id)
      )`)
    // What was set and removed, and by whom; never changed.
    await runner.query(`
      create table credit_price_changes (
        id bigint generated always as identity primary key,
        time timestamptz not null default now(),
        actor_id uuid not null references users (id),
        service text not null,
        class_id uuid not null references credit_classes (id),
        -- null when the price was removed
        ${amounts.map((amount) => `${amount} bigint`).join(', ')}
      )`)
    await runner.query(`
      create table credit_free_use (
        organization_id uuid not null references organizations (id),
        service text not null,
        class_id uuid not null references credit_classes (id),
        -- its first day, in UTC
        month date not null,
        -- reserved by jobs under way, and used by those that have ended
        used bigint not null check (used >= 0),
        primary key (organization_id, service, class_id, month)
      ) with (fillfactor = 50)`)
    // Requests that are answered at once make no job: what they hold is found by this when their server was killed.
    await runner.query(`
      create table credit_immediate_holds (
        -- purpose_id of the hold
        id uuid primary key,
        organization_id uuid not null references organizations (id),
        service text not null,
        class_id uuid not null references credit_classes (id),
        at_most bigint not null check (at_most >= 0),
        terms jsonb not null,
        create_time timestamptz not null default now()
      )`)
    await runner.query(`
      alter table jobs
        -- null: the job is free. WAITING: nothing is set aside, and the job is HELD until it is. HELD: set aside.
        -- SETTLED: paid or released, once.
        add column charge_state text check (charge_state in ('WAITING', 'HELD', 'SETTLED')),
        add column charge_class_id uuid references credit_classes (id),
        -- the hold, or what it has to be; 0 when free use covers it all, and then there is no hold
        add column charge_at_most bigint check (charge_at_most >= 0),
        add column charge_captured bigint check (charge_captured between 0 and charge_at_most),
        add column charge_transaction uuid,
        -- the prices that were promised, and what is reserved of the free use
        add column charge_terms jsonb,
        add constraint jobs_charge check (
          num_nulls(charge_state, charge_class_id, charge_at_most, charge_terms) in (0, 4)
          and (charge_state is not distinct from 'SETTLED') = (charge_captured is not null))`)
    // The last line against a job that ends and keeps its hold, or runs without one, whatever the code above it does.
    // Asked at the commit: phase and charge change one after the other.
    const unsettled = (row: string) => `not case ${row}.charge_state
      when 'WAITING' then ${row}.phase = 'HELD'
      when 'HELD' then ${row}.phase in ('QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED')
      when 'SETTLED' then ${row}.phase in ('COMPLETED', 'ERROR', 'ABORTED', 'ARCHIVED')
      else true end`
    await runner.query(`
      create function job_charge_holds() returns trigger language plpgsql as $$
      begin
        if exists (select from jobs where jobs.id = new.id and ${unsettled('jobs')}) then
          raise check_violation using message = format('job %s is left with a charge that does not fit its phase', new.id);
        end if;
        return null;
      end $$`)
    await runner.query(`
      create constraint trigger jobs_charge_fits_phase after insert or update on jobs
        deferrable initially deferred for each row when (${unsettled('new')}) execute function job_charge_holds()`)
    await runner.query(`
      create index jobs_waiting_for_credits on jobs (organization_id, create_time, id)
        where phase = 'HELD' and phase_reason = 'INSUFFICIENT_CREDITS' and delete_time is null`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop trigger jobs_charge_fits_phase on jobs`)
    await runner.query(`drop function job_charge_holds()`)
    await runner.query(`drop index jobs_waiting_for_credits`)
    await runner.query(`
      alter table jobs drop constraint jobs_charge, drop column charge_state,
        drop column charge_class_id, drop column charge_at_most, drop column charge_captured,
        drop column charge_transaction, drop column charge_terms`)
    await runner.query(
      `drop table credit_immediate_holds, credit_free_use, credit_price_changes, credit_prices`,
    )
  }
}
