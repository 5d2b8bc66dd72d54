import type { MigrationInterface, QueryRunner } from 'typeorm'

/** A job's owner shares with members alone: who leaves the organisation leaves such a share behind. */
export class JobsSharesBeyond1763700005001 implements MigrationInterface {
  readonly name = 'JobsSharesBeyond1763700005001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table job_shares
        -- made by an administrator, and good for users outside of the organisation too
        add column beyond_organization boolean not null default false`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table job_shares drop column beyond_organization`)
  }
}
