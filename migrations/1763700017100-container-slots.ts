import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Tasks that are run in containers wait in a queue of their own, for workers that can run them. */
export class ContainerSlots1763700017100 implements MigrationInterface {
  readonly name = 'ContainerSlots1763700017100'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table job_workers
        -- tasks in containers at a time, beside the concurrency; 0 for a worker that cannot run any
        add column container_slots integer not null default 0 check (container_slots >= 0),
        -- when it last renewed its lease
        add column seen_time timestamptz not null default now()`)
    await runner.query(`
      alter table jobs
        -- its tasks are run in containers
        add column external boolean not null default false,
        -- what is paid for in seconds, as expected and at most; null for what the duration of the quote says
        add column quote_used_seconds bigint check (quote_used_seconds >= 0),
        add column quote_used_most bigint check (quote_used_most >= 0)`)
    await runner.query(`
      alter table job_tasks
        -- the job's
        add column external boolean not null default false`)
    // What waits for one kind of worker is not walked over by those that look for another.
    await runner.query(`drop index job_tasks_queue, job_tasks_running, jobs_queue`)
    await runner.query(`
      create index job_tasks_queue on job_tasks (external, organization_id, queued_at, job_id, index)
        where state = 'WAITING' and queued_at is not null and ready_at is null`)
    await runner.query(
      `create index job_tasks_running on job_tasks (organization_id, external) where state = 'RUNNING'`,
    )
    await runner.query(`
      create index jobs_queue on jobs (organization_id, queue_time, id) include (quote_duration_ms, external)
        where phase = 'QUEUED'`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index job_tasks_queue, job_tasks_running, jobs_queue`)
    await runner.query(`
      create index job_tasks_queue on job_tasks (organization_id, queued_at, job_id, index)
        where state = 'WAITING' and queued_at is not null and ready_at is null`)
    await runner.query(
      `create index job_tasks_running on job_tasks (organization_id) where state = 'RUNNING'`,
    )
    await runner.query(`
      create index jobs_queue on jobs (organization_id, queue_time, id) include (quote_duration_ms)
        where phase = 'QUEUED'`)
    await runner.query(`alter table job_tasks drop column external`)
    await runner.query(`
      alter table jobs drop column external, drop column quote_used_seconds, drop column quote_used_most`)
    await runner.query(`alter table job_workers drop column container_slots, drop column seen_time`)
  }
}
