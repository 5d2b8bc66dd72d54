import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Algorithms of members, workflows of them, where their steps run, and the containers that ran. */
export class Workflows1763700017000 implements MigrationInterface {
  readonly name = 'Workflows1763700017000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table environments (
        id text primary key check (id ~ '^[a-z][a-z0-9-]{0,62}$'),
        display_name text not null,
        description text not null default '',
        -- of one container
        cpu_millis integer not null check (cpu_millis > 0),
        memory_bytes bigint not null check (memory_bytes > 0),
        disk_bytes bigint not null check (disk_bytes > 0),
        max_duration_ms bigint not null check (max_duration_ms > 0),
        gpus integer not null default 0 check (gpus >= 0),
        -- containers of one step that run side by side
        max_parallel integer not null check (max_parallel > 0),
        -- what a second counts of a task second, in thousandths
        price_factor integer not null check (price_factor >= 0),
        open boolean not null default true,
        node_labels jsonb not null default '{}',
        create_time timestamptz not null default now()
      )`)
    await runner.query(`
      insert into environments
        (id, display_name, description, cpu_millis, memory_bytes, disk_bytes, max_duration_ms, max_parallel, price_factor)
      values
        ('small', 'Small', 'For quick looks and tests.', 500, 512::bigint << 20, 2::bigint << 30, 3600000, 50, 1000),
        ('medium', 'Medium', 'For most work.', 2000, 4::bigint << 30, 20::bigint << 30, 14400000, 50, 4000),
        ('large', 'Large', 'For what needs memory or time.', 8000, 32::bigint << 30, 100::bigint << 30, 86400000, 20, 16000)`)
    await runner.query(`
      create table algorithms (
        id uuid primary key,
        organization_id uuid not null references organizations (id),
        slug text not null,
        version integer not null check (version > 0),
        -- an AlgorithmSpec in JSON, as it was checked
        spec jsonb not null,
        state text not null default 'PENDING'
          check (state in ('PENDING', 'APPROVED', 'REJECTED', 'REVOKED', 'WITHDRAWN')),
        for_every_organization boolean not null,
        registrant_id uuid not null references users (id),
        request_id uuid,
        create_time timestamptz not null default now(),
        reviewer_id uuid references users (id),
        review_time timestamptz,
        review_comment text not null default '',
        unique (organization_id, slug, version),
        unique (organization_id, registrant_id, request_id),
        check (reviewer_id is null or reviewer_id <> registrant_id)
      )`)
    await runner.query(`create index algorithms_listing on algorithms (organization_id, create_time, id)`)
    await runner.query(`create index algorithms_by_state on algorithms (state, create_time, id)`)
    await runner.query(`
      create table workflows (
        id uuid primary key,
        organization_id uuid not null references organizations (id),
        slug text not null,
        version integer not null check (version > 0),
        -- a WorkflowSpec in JSON, as it was checked
        spec jsonb not null,
        author_id uuid not null references users (id),
        request_id uuid,
        create_time timestamptz not null default now(),
        delete_time timestamptz,
        unique (organization_id, slug, version),
        unique (organization_id, author_id, request_id)
      )`)
    await runner.query(`
      create index workflows_listing on workflows (organization_id, create_time, id) where delete_time is null`)

    await runner.query(`
      alter table jobs
        -- the job whose failed tasks this one runs again
        add column retry_of uuid references jobs (id) on delete set null,
        -- a task that fails ends the job: no other can make up for it
        add column needs_all_tasks boolean not null default false`)
    await runner.query(`create index jobs_retries on jobs (retry_of) where retry_of is not null`)
    await runner.query(`
      alter table job_tasks
        -- indexes of tasks that have to complete before: BLOCKED until then
        add column needs integer[] not null default '{}',
        -- what is paid for, where it is not the running time of the attempt that completed the task
        add column used_seconds double precision check (used_seconds >= 0),
        -- whether its files are among the job's results
        add column publish boolean not null default true,
        -- taken over, with its files, from the job that this one is a retry of
        add column kept boolean not null default false`)

    // One row for each container of a step, once its inputs are known. A run is a try at the step as a whole: what
    // Kubernetes begins anew within one, as on another node, is the same container.
    await runner.query(`
      create table workflow_containers (
        job_id uuid not null references jobs (id) on delete cascade,
        task_index integer not null,
        run integer not null check (run > 0),
        number integer not null check (number >= 0),
        state text not null default 'WAITING' check (state in ('WAITING', 'STARTING', 'RUNNING', 'COLLECTING',
          'COMPLETED', 'FAILED', 'CANCELLED')),
        -- what is staged: [{"path": "image/m31.fits", "sizeBytes": 1, "sha256": "..", ...}]
        inputs jsonb not null,
        -- of the input that is fanned out over
        over text not null default '',
        node text not null default '',
        start_time timestamptz,
        end_time timestamptz,
        exit_code integer,
        error_reason text,
        error_message text,
        error_transient boolean,
        cpu_seconds double precision,
        peak_memory_bytes bigint,
        input_bytes bigint not null default 0,
        primary key (job_id, task_index, run, number)
      ) with (fillfactor = 70)`)
    // What containers have left, as it came in; results once the step has completed.
    await runner.query(`
      create table workflow_outputs (
        job_id uuid not null,
        task_index integer not null,
        run integer not null,
        number integer not null,
        -- relative to /out, with "/"
        path text not null,
        object_key text not null,
        media_type text not null,
        size_bytes bigint not null check (size_bytes >= 0),
        sha256 text not null,
        primary key (job_id, task_index, run, number, path),
        foreign key (job_id, task_index, run, number)
          references workflow_containers (job_id, task_index, run, number) on delete cascade
      )`)
    // Of requests that compute-to-data clients signed: each nonce once.
    await runner.query(`
      create table operator_nonces (
        provider text not null,
        nonce bigint not null,
        create_time timestamptz not null default now(),
        primary key (provider, nonce)
      )`)
    await runner.query(`create index operator_nonces_age on operator_nonces (create_time)`)
    await runner.query(`
      create table operator_jobs (
        job_id uuid primary key references jobs (id) on delete cascade,
        agreement_id text not null,
        -- as the client named it; whoever asks has to name the same
        owner text not null,
        provider text not null,
        environment text not null,
        create_time timestamptz not null default now()
      )`)
    await runner.query(`create index operator_jobs_of_agreements on operator_jobs (provider, agreement_id)`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table operator_jobs, operator_nonces, workflow_outputs, workflow_containers, workflows, algorithms, environments`)
    await runner.query(`
      alter table job_tasks drop column needs, drop column used_seconds, drop column publish, drop column kept`)
    await runner.query(`alter table jobs drop column retry_of, drop column needs_all_tasks`)
  }
}
