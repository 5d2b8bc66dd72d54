import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Whose locations are kept, by which devices, what they consented to, and who looked. */
export class LocationsPersons1763700015000 implements MigrationInterface {
  readonly name = 'LocationsPersons1763700015000'

  async up(runner: QueryRunner): Promise<void> {
    // Fixes are many: they name organisation, person and device by small numbers instead of UUIDs.
    await runner.query(`
      create table location_policies (
        organization_id uuid primary key references organizations,
        organization_no integer generated always as identity unique,
        -- 0: for ever
        retention_days integer not null default 365 check (retention_days between 0 and 36500),
        minimum_group_size integer not null default 5 check (minimum_group_size between 3 and 1000),
        thin_after_days integer not null default 0 check (thin_after_days between 0 and 36500),
        thin_interval_s integer not null default 0 check (thin_interval_s between 0 and 86400),
        stay_radius_m integer not null default 0 check (stay_radius_m between 0 and 10000),
        stay_minimum_s integer not null default 0 check (stay_minimum_s between 0 and 86400),
        stay_interval_s integer not null default 0 check (stay_interval_s between 0 and 86400),
        update_time timestamptz not null default now()
      )`)
    await runner.query(`
      create table persons (
        id uuid primary key,
        person_no integer generated always as identity unique,
        organization_id uuid not null references organizations,
        display_name text not null,
        external_id text,
        -- the member who the person is; that user sees who looked
        user_id uuid references users,
        create_time timestamptz not null default now(),
        unique (organization_id, external_id),
        unique (organization_id, user_id)
      )`)
    await runner.query(`create index persons_by_name on persons (organization_id, display_name, id)`)
    await runner.query(`create index persons_by_user on persons (user_id) where user_id is not null`)
    await runner.query(`
      create table devices (
        id uuid primary key,
        device_no integer generated always as identity unique,
        organization_id uuid not null references organizations,
        person_id uuid not null references persons,
        display_name text not null,
        external_id text,
        -- SHA-256; null while it has no token
        token_hash bytea unique,
        token_prefix text,
        token_expire_time timestamptz,
        create_time timestamptz not null default now(),
        unique (organization_id, external_id)
      )`)
    await runner.query(`create index devices_by_person on devices (person_id)`)
    await runner.query(`
      create table location_purposes (
        id uuid primary key,
        organization_id uuid not null references organizations,
        slug text not null,
        display_name text not null,
        description text not null default '',
        create_time timestamptz not null default now(),
        unique (organization_id, slug)
      )`)
    await runner.query(`
      create table consents (
        id uuid primary key,
        person_id uuid not null references persons,
        purpose_id uuid not null references location_purposes,
        -- covers fixes recorded in [start_time, end_time)
        start_time timestamptz not null default '-infinity',
        end_time timestamptz not null default 'infinity',
        withdraw_time timestamptz,
        -- null once that user is no more
        recorder_id uuid references users,
        note text not null default '',
        create_time timestamptz not null default now(),
        check (start_time < end_time)
      )`)
    await runner.query(`create index consents_by_person on consents (person_id, purpose_id)`)
    await runner.query(
      `create index consents_in_force on consents (purpose_id, person_id) where withdraw_time is null`,
    )
    await runner.query(`
      create table location_looks (
        id uuid primary key,
        organization_id uuid not null references organizations,
        time timestamptz not null default now(),
        actor_id uuid not null references users,
        method text not null,
        purpose_id uuid not null references location_purposes,
        reason text not null,
        window_start_time timestamptz,
        window_end_time timestamptz,
        -- what else was asked; names persons by their ids, until they are erased
        details jsonb not null default '{}'
      )`)
    await runner.query(
      `create index location_looks_by_time on location_looks (organization_id, time desc, id desc)`,
    )
    await runner.query(`
      create table location_look_persons (
        look_id uuid not null references location_looks,
        person_id uuid not null references persons,
        -- asked about; otherwise shown beside those
        asked boolean not null,
        primary key (look_id, person_id)
      )`)
    await runner.query(
      `create index location_look_persons_by_person on location_look_persons (person_id, look_id)`,
    )
    // A device's principal is kept by backends for a moment; they are told when it changes, as of users.
    await runner.query(`
      create function tell_device_changed() returns trigger language plpgsql as $$
      begin
        perform pg_notify('identity', old.id::text);
        return null;
      end $$`)
    await runner.query(`
      create trigger devices_changed after update of token_hash, token_expire_time or delete on devices
      for each row execute function tell_device_changed()`)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'location_look_persons',
      'location_looks',
      'consents',
      'location_purposes',
      'devices',
      'persons',
      'location_policies',
    ])
      await runner.query(`drop table ${table}`)
    await runner.query('drop function tell_device_changed()')
  }
}
