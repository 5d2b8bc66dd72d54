import type { MigrationInterface, QueryRunner } from 'typeorm'

export class Datasets1763700002000 implements MigrationInterface {
  readonly name = 'Datasets1763700002000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table datasets (
        id uuid primary key,
        -- what a job's ID parameter takes
        public_id text not null collate "C" unique check (public_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
        display_name text not null,
        organization_id uuid not null references organizations (id),
        visibility text not null check (visibility in ('ORGANIZATION', 'EVERYONE')),
        -- an absolute path, or s3://bucket/key
        location text not null collate "C",
        -- changes when the file does: modification time in nanoseconds, or the store's ETag
        location_version text not null,
        -- why the file cannot be read at present; null when it can
        unavailable_reason text,
        create_time timestamptz not null default now(),
        update_time timestamptz not null default now(),
        size_bytes bigint not null check (size_bytes > 0),
        sha256 bytea not null check (length(sha256) = 32),
        hdu integer not null check (hdu >= 0),
        bitpix integer not null check (bitpix in (8, 16, 32, 64, -32, -64)),
        axes bigint[] not null,
        unit text not null,
        header text[] not null,
        -- null for an image without a celestial coordinate system:
        -- {"footprint": [ra, dec, ...], "interior": [ra, dec], "center", "radiusDeg", "pixelScaleDeg", "projection", "frame"}
        coverage jsonb,
        -- centre of the bounding circle as a unit vector, ICRS; null without coverage
        center_x double precision,
        center_y double precision,
        center_z double precision,
        radius_deg double precision check (radius_deg between 0 and 180),
        -- box around the circle in the equatorial plane: finds candidates by index, the poles and the
        -- 0/360 edge included, where right ascension would not
        bounds box,
        pyramid jsonb not null,
        pyramid_key text not null,
        check ((coverage is null) = (bounds is null))
      )`)
    await runner.query('create index datasets_organization on datasets (organization_id)')
    await runner.query('create index datasets_location on datasets (location)')
    await runner.query('create index datasets_bounds on datasets using gist (bounds)')
    await runner.query(
      `create index datasets_display_name on datasets ((lower(display_name) collate "C"), id)`,
    )
    await runner.query('create index datasets_create_time on datasets (create_time, id)')
    await runner.query('create index datasets_size on datasets (size_bytes, id)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table datasets')
  }
}
