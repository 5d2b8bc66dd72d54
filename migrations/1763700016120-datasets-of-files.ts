import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The file of the owner that a dataset was registered from; null for one of the operator's folders. */
export class DatasetsOfFiles1763700016120 implements MigrationInterface {
  readonly name = 'DatasetsOfFiles1763700016120'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table datasets add column file_id uuid')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table datasets drop column file_id')
  }
}
