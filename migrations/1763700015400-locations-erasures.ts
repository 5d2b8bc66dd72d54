import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Persons who are erased, until the last of their fixes is. */
export class LocationsErasures1763700015400 implements MigrationInterface {
  readonly name = 'LocationsErasures1763700015400'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table location_erasures (
        id uuid primary key,
        -- numbers that are never given again: they tell nothing once the fixes are gone
        device_nos integer[] not null,
        create_time timestamptz not null default now()
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table location_erasures')
  }
}
