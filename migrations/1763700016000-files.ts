import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Files of organisations, their versions, what was done with them, and how much room they may take. */
export class Files1763700016000 implements MigrationInterface {
  readonly name = 'Files1763700016000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table storage_quotas (
        organization_id uuid primary key references organizations,
        quota_bytes bigint not null check (quota_bytes >= 0),
        -- of versions whose content is kept
        used_bytes bigint not null default 0 check (used_bytes >= 0),
        -- of uploads that have not ended
        reserved_bytes bigint not null default 0 check (reserved_bytes >= 0),
        update_time timestamptz not null default now()
      )`)
    await runner.query(`
      create table file_policies (
        purpose text primary key check (purpose in ('GENERAL', 'EVIDENCE', 'DATASET', 'JOB_INPUT', 'ALGORITHM')),
        max_size_bytes bigint not null check (max_size_bytes > 0),
        -- "image/png" or "text/*"; empty for all
        media_types text[] not null,
        encrypted_archives text not null check (encrypted_archives in ('ALLOW', 'REJECT')),
        max_unpacked_bytes bigint not null check (max_unpacked_bytes > 0),
        default_lifetime_s bigint check (default_lifetime_s > 0),
        update_time timestamptz not null default now()
      )`)
    await runner.query(`
      insert into file_policies (purpose, max_size_bytes, media_types, encrypted_archives, max_unpacked_bytes) values
        ('GENERAL', 10737418240, '{}', 'REJECT', 53687091200),
        ('EVIDENCE', 1073741824,
          '{application/pdf,image/png,image/jpeg,image/webp,image/tiff,text/plain,text/csv,application/json,'
          'application/zip,application/vnd.openxmlformats-officedocument.wordprocessingml.document,'
          'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,'
          'application/vnd.oasis.opendocument.text,application/vnd.oasis.opendocument.spreadsheet}',
          'REJECT', 10737418240),
        ('DATASET', 1099511627776, '{image/fits}', 'REJECT', 1099511627776),
        ('JOB_INPUT', 1099511627776, '{}', 'REJECT', 1099511627776),
        ('ALGORITHM', 10737418240, '{}', 'REJECT', 53687091200)`)
    await runner.query(`
      create table files (
        id uuid primary key,
        organization_id uuid not null references organizations,
        display_name text not null,
        -- "evidence/2026"; empty for the top
        folder text not null collate "C",
        tags text[] not null default '{}',
        description text not null default '',
        purpose text not null references file_policies,
        owner_id uuid not null references users,
        -- the newest version, released or not
        latest_version integer not null default 1 check (latest_version >= 1),
        -- the newest one that is released; null while there is none
        released_version integer check (released_version between 1 and latest_version),
        -- of the latest version, for lists
        state text not null check (
          state in ('UPLOADING', 'SCANNING', 'CLEAN', 'UNSCANNED', 'INFECTED', 'REJECTED', 'FAILED')),
        size_bytes bigint not null check (size_bytes >= 0),
        create_time timestamptz not null default now(),
        update_time timestamptz not null default now(),
        expire_time timestamptz,
        trash_time timestamptz,
        request_id uuid,
        unique (organization_id, owner_id, request_id)
      )`)
    await runner.query(`
      create table file_versions (
        id uuid primary key,
        file_id uuid not null references files on delete cascade,
        organization_id uuid not null references organizations,
        version integer not null check (version >= 1),
        state text not null check (
          state in ('UPLOADING', 'SCANNING', 'CLEAN', 'UNSCANNED', 'INFECTED', 'REJECTED', 'FAILED')),
        -- as announced while UPLOADING, then as it is
        size_bytes bigint not null check (size_bytes > 0),
        -- as announced while UPLOADING or SCANNING, then as it is
        sha256 bytea check (length(sha256) = 32),
        media_type text not null default '',
        failure text not null default '',
        creator_id uuid not null references users,
        create_time timestamptz not null default now(),
        change_time timestamptz not null default now(),
        -- where its content is; null when there is none (any more)
        object_key text collate "C" unique,
        -- the store's name for the upload; null once it has ended
        upload_id text,
        part_size_bytes bigint check (part_size_bytes > 0),
        upload_expire_time timestamptz,
        request_id uuid,
        signature text not null default '',
        scan_engine text not null default '',
        signature_version text not null default '',
        scan_time timestamptz,
        scan_attempts integer not null default 0,
        -- when it is scanned next; null for one that is not to be scanned
        next_scan_time timestamptz,
        -- until then a worker scans it
        scan_lease_time timestamptz,
        scanned_bytes bigint not null default 0,
        unique (file_id, version),
        check ((upload_id is null) or (state = 'UPLOADING'))
      )`)
    await runner.query(`
      create index file_versions_to_scan on file_versions (next_scan_time) where next_scan_time is not null`)
    await runner.query(`
      create index file_versions_stale on file_versions (upload_expire_time) where state = 'UPLOADING'`)
    await runner.query(`
      create index file_versions_quarantine on file_versions (change_time, id)
        where state in ('SCANNING', 'INFECTED', 'REJECTED', 'FAILED')`)
    await runner.query(`
      create table file_shares (
        file_id uuid not null references files on delete cascade,
        user_id uuid references users,
        organization_id uuid references organizations,
        create_time timestamptz not null default now(),
        creator_id uuid not null references users,
        check (num_nonnulls(user_id, organization_id) = 1),
        unique nulls not distinct (file_id, user_id, organization_id)
      )`)
    await runner.query(
      `create index file_shares_by_user on file_shares (user_id, create_time) where user_id is not null`,
    )
    await runner.query(`
      create index file_shares_by_organization on file_shares (organization_id, create_time)
        where organization_id is not null`)
    // What must not lose its file: "transfers/{uuid}", "bookings/{uuid}", "datasets/{uuid}", "jobs/{uuid}".
    await runner.query(`
      create table file_uses (
        file_id uuid not null references files,
        version integer not null,
        used_by text not null collate "C",
        create_time timestamptz not null default now(),
        primary key (file_id, used_by)
      )`)
    await runner.query(`
      create table file_events (
        id bigint generated always as identity primary key,
        -- no reference: what was done with a file outlives it
        file_id uuid not null,
        organization_id uuid not null references organizations,
        version integer,
        kind text not null,
        from_state text,
        to_state text,
        actor_id uuid references users,
        description text not null default '',
        time timestamptz not null default now()
      )`)
    await runner.query(`create index file_events_by_file on file_events (file_id, id)`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table file_events, file_uses, file_shares, file_versions, files, file_policies, storage_quotas',
    )
  }
}
