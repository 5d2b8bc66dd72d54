import type { MigrationInterface, QueryRunner } from 'typeorm'

/** How files are found and listed, who else may see them, and what of their content is still to be deleted. */
export class FilesCore1763700016100 implements MigrationInterface {
  readonly name = 'FilesCore1763700016100'

  async up(runner: QueryRunner): Promise<void> {
    // Content that no version has any more: written with that change, deleted from the store after it has committed.
    await runner.query(`
      create table file_removals (
        id bigint generated always as identity primary key,
        object_key text not null collate "C",
        -- the store's name for an upload that has not ended
        upload_id text,
        create_time timestamptz not null default now(),
        -- until then someone else is at it
        retry_time timestamptz not null default now()
      )`)
    await runner.query('create index file_removals_by_key on file_removals (object_key)')
    // When workers last walked the whole store: one of them does, once a day.
    await runner.query(`create table file_store_checks (
        only_one boolean primary key default true check (only_one),
        time timestamptz not null
      )`)
    await runner.query(`insert into file_store_checks (time) values ('-infinity')`)
    await runner.query(`
      alter table file_shares
        -- whether it is good for users who are no members of the file's organisation
        add column beyond_organization boolean not null default false`)
    await runner.query(`
      alter table files
        -- of name, folder, tags and description, in lower case, as the application splits them
        add column words tsvector not null default '',
        -- the name in lower case, by Unicode whatever the locale of the database
        add column sort_name text not null default '' collate "C"`)
    const orders = { time: 'create_time', name: 'sort_name', size: 'size_bytes' }
    for (const [name, column] of Object.entries(orders)) {
      await runner.query(`
        create index files_by_${name} on files (organization_id, ${column}, id) where trash_time is null`)
      await runner.query(`
        create index files_by_folder_and_${name} on files (organization_id, folder, ${column}, id)
          where trash_time is null`)
    }
    await runner.query(`
      create index files_by_state on files (organization_id, state, create_time, id) where trash_time is null`)
    await runner.query(`
      create index files_by_purpose on files (organization_id, purpose, create_time, id)
        where trash_time is null`)
    await runner.query(`
      create index files_trashed on files (organization_id, create_time, id) where trash_time is not null`)
    await runner.query('create index files_by_words on files using gin (words)')
    await runner.query('create index files_by_tags on files using gin (tags)')
    await runner.query(`
      create index files_expiring on files (expire_time) where expire_time is not null and trash_time is null`)
    await runner.query('create index files_to_purge on files (trash_time) where trash_time is not null')
    await runner.query(
      'create index file_versions_by_request on file_versions (file_id, request_id) where request_id is not null',
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index file_versions_by_request')
    await runner.query('alter table files drop column words, drop column sort_name')
    await runner.query(`
      drop index files_by_time, files_by_folder_and_time, files_by_size, files_by_folder_and_size, files_by_state,
        files_by_purpose, files_trashed, files_expiring, files_to_purge, files_by_tags`)
    await runner.query('alter table file_shares drop column beyond_organization')
    await runner.query('drop table file_removals, file_store_checks')
  }
}
