import type { MigrationInterface, QueryRunner } from 'typeorm'

/** How far a run of a step is, beside its containers. */
export class WorkflowsRunning1763700017200 implements MigrationInterface {
  readonly name = 'WorkflowsRunning1763700017200'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table workflow_step_runs (
        job_id uuid not null references jobs (id) on delete cascade,
        task_index integer not null,
        run integer not null check (run > 0),
        -- for people: what it waits for; empty for nothing
        waiting_message text not null default '',
        -- up to when lines of its containers were taken: a worker that takes it over asks for later ones
        logs_until timestamptz,
        primary key (job_id, task_index, run)
      ) with (fillfactor = 70)`)
    // What is open of all jobs is looked for again and again, and is little of what there is.
    await runner.query(`
      create index workflow_containers_open on workflow_containers (job_id, task_index, run)
        where state in ('WAITING', 'STARTING', 'RUNNING', 'COLLECTING')`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index workflow_containers_open`)
    await runner.query(`drop table workflow_step_runs`)
  }
}
