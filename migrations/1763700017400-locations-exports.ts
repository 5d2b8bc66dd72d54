import type { MigrationInterface, QueryRunner } from 'typeorm'

/** An export of a person is looked at for no purpose: it is for the person. */
export class LocationsExports1763700017400 implements MigrationInterface {
  readonly name = 'LocationsExports1763700017400'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table location_looks alter column purpose_id drop not null')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'delete from location_look_persons using location_looks where look_id = id and purpose_id is null',
    )
    await runner.query('delete from location_looks where purpose_id is null')
    await runner.query('alter table location_looks alter column purpose_id set not null')
  }
}
