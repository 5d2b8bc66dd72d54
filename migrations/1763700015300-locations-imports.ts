import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Imports of files of fixes. The files themselves are read while they come, and are not stored. */
export class LocationsImports1763700015300 implements MigrationInterface {
  readonly name = 'LocationsImports1763700015300'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table fix_imports (
        id uuid primary key,
        organization_id uuid not null references organizations,
        creator_id uuid not null references users,
        file_name text not null,
        -- null until its first bytes told
        format text check (format in ('GPX', 'GEOJSON', 'CSV', 'NDJSON')),
        state text not null default 'WAITING'
          check (state in ('WAITING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
        -- whether all of the file's fixes are of one device, which may be gone since
        of_device boolean not null,
        device_id uuid references devices on delete set null,
        create_missing boolean not null,
        time_zone text not null,
        -- 0: not known
        size_bytes bigint not null,
        bytes_read bigint not null default 0,
        rows_read bigint not null default 0,
        accepted bigint not null default 0,
        duplicates bigint not null default 0,
        rejected bigint not null default 0,
        -- the first of them: {line, field, description, device}, where device is what the row called it
        rejections jsonb not null default '[]',
        failure text not null default '',
        devices_created integer not null default 0,
        create_time timestamptz not null default now(),
        -- until when its file may come
        expire_time timestamptz not null,
        -- when whoever reads the file was last heard of
        heartbeat_time timestamptz,
        end_time timestamptz
      )`)
    await runner.query(`create index fix_imports_by_organization on fix_imports (organization_id, id desc)`)
    await runner.query(
      `create index fix_imports_under_way on fix_imports (organization_id, state) where state in ('WAITING', 'RUNNING')`,
    )
    await runner.query(
      `create index fix_imports_by_device on fix_imports (device_id) where device_id is not null`,
    )
    await runner.query(
      `create index fix_imports_with_rejections on fix_imports (end_time) where rejections <> '[]'::jsonb`,
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table fix_imports')
  }
}
