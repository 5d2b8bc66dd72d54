import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The operator's list of what waits and runs, by phase: few jobs held among many queued are found at once. */
export class JobsUnfinished1763700007000 implements MigrationInterface {
  readonly name = 'JobsUnfinished1763700007000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index jobs_unfinished_by_phase on jobs (phase, create_time, id)
        where phase in ('QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED') and delete_time is null`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index jobs_unfinished_by_phase`)
  }
}
