import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Why a job is HELD or SUSPENDED, how long its log is, and with whom it is shared. */
export class JobsSharing1763700005000 implements MigrationInterface {
  readonly name = 'JobsSharing1763700005000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table jobs
        -- of phases HELD and SUSPENDED, null in others
        add column phase_reason text,
        add column phase_message text,
        -- whether the job's owner may run it again while it is HELD
        add column phase_owner_may_run boolean not null default false,
        -- the job's deadline moves by the time that passes from here on
        add column suspended_at timestamptz,
        -- UTF-8 of the lines that tasks wrote; beyond the limit once the log has ended
        add column log_bytes bigint not null default 0,
        add check ((phase in ('HELD', 'SUSPENDED')) = (phase_reason is not null)),
        add check ((phase = 'SUSPENDED') = (suspended_at is not null))`)
    await runner.query(`drop index jobs_unfinished`)
    // What an organisation has going, by phase: a count of each reads no more than these jobs.
    await runner.query(`
      create index jobs_unfinished on jobs (organization_id, phase)
        where phase in ('PENDING', 'QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED')`)
    await runner.query(`
      create table job_shares (
        job_id uuid not null references jobs (id) on delete cascade,
        user_id uuid not null references users (id) on delete cascade,
        shared_by uuid not null references users (id) on delete cascade,
        create_time timestamptz not null default now(),
        primary key (job_id, user_id)
      )`)
    await runner.query(`create index job_shares_of_user on job_shares (user_id, create_time, job_id)`)
    await runner.query(`create index job_shares_by_user on job_shares (shared_by)`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table job_shares`)
    await runner.query(`drop index jobs_unfinished`)
    await runner.query(`
      create index jobs_unfinished on jobs (organization_id) where phase in ('QUEUED', 'EXECUTING')`)
    await runner.query(`
      alter table jobs drop column phase_reason, drop column phase_message, drop column phase_owner_may_run,
        drop column suspended_at, drop column log_bytes`)
  }
}
