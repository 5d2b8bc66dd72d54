import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Whoever begins an upload has only so many open: they are counted. */
export class OpenUploads1763700016300 implements MigrationInterface {
  readonly name = 'OpenUploads1763700016300'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index file_versions_open on file_versions (organization_id, creator_id) where state = 'UPLOADING'`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index file_versions_open')
  }
}
