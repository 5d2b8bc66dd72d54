import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What is paid of jobs that did not complete, by what their containers used. */
export class PaidUse1763700017300 implements MigrationInterface {
  readonly name = 'PaidUse1763700017300'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table jobs add column charge_note text not null default ''`)
    // Jobs call it of tasks that are run elsewhere, where those end: whoever runs them says here what they used. That
    // are the containers of a run, times the price factor of their environment; those that run still until a moment, or
    // not at all when it is null. A clock that was set back makes nothing of a container: it has begun a second.
    await runner.query(`
      create function task_used_seconds(job_id uuid, task_index integer, run integer, until timestamptz)
      returns double precision language sql stable as $$
        select coalesce(sum(greatest(1, extract(epoch from coalesce(container.end_time, $4) - container.start_time))), 0)
          * coalesce((
              select (task.payload ->> 'priceFactorThousandths')::double precision
              from job_tasks as task where task.job_id = $1 and task.index = $2
            ), 1000) / 1000
        from workflow_containers as container
        where container.job_id = $1 and container.task_index = $2 and container.run = $3
          and container.start_time is not null and coalesce(container.end_time, $4) is not null
      $$`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop function task_used_seconds(uuid, integer, integer, timestamptz)`)
    await runner.query(`alter table jobs drop column charge_note`)
  }
}
