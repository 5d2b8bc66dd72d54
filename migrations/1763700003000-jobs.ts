import type { MigrationInterface, QueryRunner } from 'typeorm'

export class Jobs1763700003000 implements MigrationInterface {
  readonly name = 'Jobs1763700003000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table jobs (
        id uuid primary key,
        organization_id uuid not null references organizations (id),
        owner_id uuid not null references users (id),
        service text not null,
        run_id text not null,
        parameters jsonb not null,
        request_id uuid,
        -- SHA-256 of what was asked for, to tell a repeat from another request under the same request_id
        request_hash bytea not null,
        phase text not null check (phase in ('PENDING', 'QUEUED', 'EXECUTING', 'COMPLETED', 'ERROR',
          'ABORTED', 'HELD', 'SUSPENDED', 'ARCHIVED', 'UNKNOWN')),
        version bigint not null default 1,
        last_sequence bigint not null default 0,
        progress double precision not null default 0 check (progress between 0 and 1),
        create_time timestamptz not null default now(),
        queue_time timestamptz,
        start_time timestamptz,
        end_time timestamptz,
        destruction_time timestamptz not null,
        execution_duration_ms bigint not null check (execution_duration_ms > 0),
        -- start_time + execution_duration, by the database's clock
        deadline_time timestamptz,
        memory_limit_bytes bigint not null,
        output_limit_bytes bigint not null,
        quote_size_bytes bigint not null,
        quote_duration_ms bigint not null,
        error_reason text,
        error_message text,
        error_transient boolean,
        task_count integer not null,
        tasks_completed integer not null default 0,
        tasks_failed integer not null default 0,
        -- set from the deletion on until content and row are gone
        delete_time timestamptz,
        unique (organization_id, owner_id, request_id),
        check (tasks_completed + tasks_failed <= task_count),
        check ((phase in ('COMPLETED', 'ERROR', 'ABORTED', 'ARCHIVED')) = (end_time is not null))
      )`)
    await runner.query(`
      create index jobs_listing on jobs (organization_id, create_time, id) where delete_time is null`)
    await runner.query(`
      create index jobs_listing_by_owner on jobs (organization_id, owner_id, create_time, id)
        where delete_time is null`)
    await runner.query(`
      create index jobs_unfinished on jobs (organization_id) where phase in ('QUEUED', 'EXECUTING')`)
    await runner.query(`create index jobs_deadline on jobs (deadline_time) where phase = 'EXECUTING'`)
    await runner.query(`
      create index jobs_destruction on jobs (destruction_time)
        where phase <> 'ARCHIVED' and delete_time is null`)
    await runner.query(`
      create table job_events (
        job_id uuid not null references jobs (id) on delete cascade,
        sequence bigint not null check (sequence > 0),
        time timestamptz not null default now(),
        kind text not null check (kind in ('phase', 'progress', 'log', 'result')),
        payload jsonb not null,
        primary key (job_id, sequence)
      )`)
    // The last line against a second end, whatever the code above it does.
    await runner.query(`
      create unique index job_events_one_terminal on job_events (job_id)
        where kind = 'phase' and payload ->> 'phase' in ('COMPLETED', 'ERROR', 'ABORTED')`)
    await runner.query(`
      create table job_tasks (
        job_id uuid not null references jobs (id) on delete cascade,
        index integer not null check (index >= 0),
        display_name text not null,
        payload jsonb not null,
        state text not null default 'WAITING'
          check (state in ('WAITING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
        -- attempts begun; with lease_owner the fencing token of a running attempt
        attempt integer not null default 0,
        -- attempts that count against max_attempts: a worker that hands a task back costs none
        failures integer not null default 0,
        max_attempts integer not null,
        lease_owner text,
        lease_expires_at timestamptz,
        progress double precision not null default 0,
        start_time timestamptz,
        end_time timestamptz,
        error_reason text,
        error_message text,
        error_transient boolean,
        -- files of the attempt that succeeded, until collect publishes them
        outputs jsonb,
        primary key (job_id, index),
        check ((state = 'RUNNING') = (lease_owner is not null and lease_expires_at is not null))
      )`)
    await runner.query(`
      create index job_tasks_leases on job_tasks (lease_expires_at) where state = 'RUNNING'`)
    await runner.query(`
      create table job_results (
        job_id uuid not null references jobs (id) on delete cascade,
        name text not null,
        position integer not null,
        task_index integer not null,
        file_name text not null,
        media_type text not null,
        size_bytes bigint not null,
        sha256 text not null,
        scan_state text not null check (scan_state in ('UNSCANNED', 'PENDING', 'CLEAN', 'INFECTED')),
        source_id text not null,
        stencil text not null,
        object_key text not null,
        primary key (job_id, name)
      )`)
    await runner.query(`
      create table job_workers (
        -- the worker's graphile-worker pool, which is what holds its queue locks
        id text primary key,
        started_at timestamptz not null default now(),
        lease_expires_at timestamptz not null
      )`)
    await runner.query(`
      create table outbox (
        id bigint generated always as identity primary key,
        -- "<module>.<event>.<organisation>"
        routing_key text not null,
        payload jsonb not null,
        create_time timestamptz not null default now()
      )`)
    await runner.query(`create index outbox_create_time on outbox (create_time)`)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['outbox', 'job_workers', 'job_results', 'job_tasks', 'job_events', 'jobs']) {
      await runner.query(`drop table ${table}`)
    }
  }
}
