import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What every process tells of the whole installation is counted by one of them at a time, and read by the others. */
export class SharedFigures1763700012000 implements MigrationInterface {
  readonly name = 'SharedFigures1763700012000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table shared_figures (
        name text primary key,
        -- when a process last took it upon itself to count
        begin_time timestamptz not null,
        -- when the figures were true; null before they were first counted
        count_time timestamptz,
        figures jsonb not null default '{}'
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table shared_figures`)
  }
}
