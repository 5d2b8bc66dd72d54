import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * The tasks of jobs become the queue themselves: what waits is found by an index of each organisation's own, in
 * place of an entry for each task in graphile-worker's queue.
 */
export class JobsQueue1763700004000 implements MigrationInterface {
  readonly name = 'JobsQueue1763700004000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table job_tasks
        -- the job's
        add column organization_id uuid,
        -- the job's queue_time, which orders the queue; null while the task is not to be taken, as those of a job
        -- that is PENDING, HELD or SUSPENDED by the operator
        add column queued_at timestamptz,
        -- set while a failed attempt is not to be repeated yet: until then, or a little later
        add column ready_at timestamptz,
        -- what the task left for the job's collect
        add column value jsonb,
        -- of the latest attempt; start_time is that of the first
        add column attempt_start_time timestamptz,
        -- attempts that ended with their worker, against a limit of their own
        add column losses integer not null default 0,
        -- makes the job's results of what its other tasks left; BLOCKED until they have ended
        add column collect boolean not null default false,
        drop constraint job_tasks_state_check,
        add constraint job_tasks_state_check
          check (state in ('BLOCKED', 'WAITING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'))`)
    await runner.query(`
      update job_tasks set
        organization_id = jobs.organization_id,
        queued_at = case when jobs.phase in ('QUEUED', 'EXECUTING') then jobs.queue_time end,
        attempt_start_time = job_tasks.start_time
      from jobs where jobs.id = job_tasks.job_id`)
    await runner.query(`
      alter table job_tasks
        alter column organization_id set not null,
        add constraint job_tasks_ready check (ready_at is null or state = 'WAITING')`)
    // What waits and may be taken, in the order in which it is: one entry for each, and none for anything else.
    await runner.query(`
      create index job_tasks_queue on job_tasks (organization_id, queued_at, job_id, index)
        where state = 'WAITING' and queued_at is not null and ready_at is null`)
    await runner.query(`
      create index job_tasks_retries on job_tasks (ready_at) where state = 'WAITING' and ready_at is not null`)
    // What runs is as much as the workers have room for. Leases are not indexed: renewing one touches no index.
    await runner.query(`drop index job_tasks_leases`)
    await runner.query(
      `create index job_tasks_running on job_tasks (organization_id) where state = 'RUNNING'`,
    )
    await runner.query(`
      create index jobs_queue on jobs (organization_id, queue_time, id) include (quote_duration_ms)
        where phase = 'QUEUED'`)

    // Attempts that did not complete their task.
    await runner.query(`
      create table job_task_attempts (
        job_id uuid not null,
        index integer not null,
        number integer not null check (number > 0),
        worker text not null,
        start_time timestamptz not null,
        end_time timestamptz not null default now(),
        reason text not null,
        message text not null,
        transient boolean not null,
        primary key (job_id, index, number),
        foreign key (job_id, index) references job_tasks (job_id, index) on delete cascade
      )`)
    await runner.query(`
      alter table job_workers
        add column host text not null default '',
        add column concurrency integer not null default 1 check (concurrency > 0),
        add column state text not null default 'ACTIVE' check (state in ('ACTIVE', 'PAUSED', 'DRAINING'))`)
    await runner.query(`
      create table organization_job_limits (
        organization_id uuid primary key references organizations (id) on delete cascade,
        -- null for the installation's default
        unfinished_jobs integer check (unfinished_jobs >= 0),
        executing_jobs integer check (executing_jobs >= 0),
        -- 0 for as many as there are workers for
        running_tasks integer check (running_tasks >= 0)
      )`)
    // Who had its turn last, to break ties among organisations with equally many tasks running: numbers and not
    // times, so that a clock that is set back keeps nobody waiting.
    await runner.query(`create sequence job_queue_turn`)
    await runner.query(`
      create table job_queue_turns (
        organization_id uuid primary key references organizations (id) on delete cascade,
        turn bigint not null
      ) with (fillfactor = 50)`)

    // Each task's row changes a few times in quick succession and then never again: dead rows are to go while they
    // are few, or whoever looks for the head of the queue walks over them. Updates that touch no index find room.
    const eager = `autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
      autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.05, autovacuum_analyze_threshold = 1000`
    await runner.query(`alter table job_tasks set (fillfactor = 85, ${eager})`)
    await runner.query(`alter table jobs set (fillfactor = 85, ${eager})`)
    await runner.query(`
      alter table job_workers set (fillfactor = 50, autovacuum_vacuum_threshold = 50)`)

    // The old entries, also of workers that were killed; on a new database there is no such queue yet.
    await runner.query(`
      do $$ begin
        if to_regclass('graphile_worker.jobs') is not null then
          perform graphile_worker.force_unlock_workers(array(
            select distinct locked_by from graphile_worker.jobs
            where task_identifier = 'jobs.task' and locked_by is not null));
          perform graphile_worker.complete_jobs(array(
            select id from graphile_worker.jobs where task_identifier = 'jobs.task'));
        end if;
      end $$`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table job_queue_turns, organization_job_limits, job_task_attempts`)
    await runner.query(`drop sequence job_queue_turn`)
    await runner.query(`alter table job_workers drop column host, drop column concurrency, drop column state`)
    await runner.query(`drop index job_tasks_queue, job_tasks_retries, job_tasks_running, jobs_queue`)
    await runner.query(`
      update jobs set task_count = task_count - 1
      where end_time is null and exists (select from job_tasks where job_id = jobs.id and collect)`)
    await runner.query(`
      delete from job_tasks using jobs where jobs.id = job_id and collect and jobs.end_time is null`)
    await runner.query(`
      alter table job_tasks reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
        autovacuum_vacuum_cost_delay, autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)`)
    await runner.query(`
      alter table jobs reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
        autovacuum_vacuum_cost_delay, autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)`)
    await runner.query(`
      alter table job_tasks drop constraint job_tasks_state_check, drop constraint job_tasks_ready,
        drop column organization_id, drop column queued_at, drop column ready_at, drop column value,
        drop column attempt_start_time, drop column losses, drop column collect,
        add constraint job_tasks_state_check
          check (state in ('WAITING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'))`)
    await runner.query(`
      create index job_tasks_leases on job_tasks (lease_expires_at) where state = 'RUNNING'`)
    // The queue's entries: the earlier version takes nothing that has none.
    await runner.query(`
      do $$ begin
        perform graphile_worker.add_job('jobs.task', json_build_object('job', job_id, 'task', index),
          job_key => 'task:' || job_id || ':' || index)
        from job_tasks join jobs on jobs.id = job_id
        where state in ('WAITING', 'RUNNING') and phase in ('QUEUED', 'EXECUTING');
      end $$`)
  }
}
