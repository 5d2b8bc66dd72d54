import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Fixes, partitioned by day, and what writers of them agree on. */
export class LocationsFixes1763700015100 implements MigrationInterface {
  readonly name = 'LocationsFixes1763700015100'

  async up(runner: QueryRunner): Promise<void> {
    // No foreign keys: each would be looked up once a fix. What guards them is begin_fixes() below.
    await runner.query(`
      create table fixes (
        organization_no integer not null,
        -- seconds since 1970 by 300, rounded down
        bucket integer not null,
        -- H3 index at resolution 9, as the 64 bits of a signed number
        cell bigint not null,
        person_no integer not null,
        device_no integer not null,
        -- to the millisecond
        recorded_at timestamptz not null,
        -- degrees, WGS 84; 180 degrees east is -180
        latitude double precision not null,
        longitude double precision not null,
        -- metres; 0: not known
        accuracy_m real not null
      ) partition by range (recorded_at)`)
    await runner.query(`create unique index fixes_by_device on fixes (device_no, recorded_at)`)
    // The bucket before the cell: what arrives now goes to one end of the index. One resolution orders the children
    // of a cell one after the other, so that a coarser cell is a range.
    await runner.query(`create index fixes_by_place on fixes (organization_no, bucket, cell)`)

    // A day of UTC. Attaching lets writers and readers go on, where making a partition of the table would lock them
    // out; the lock is one of those who make partitions only.
    await runner.query(`
      create function make_fixes_partition(day date) returns boolean language plpgsql as $$
      declare
        part text := 'fixes_' || to_char(day, 'YYYYMMDD');
      begin
        perform pg_advisory_xact_lock(1715100, 0);
        if to_regclass(part) is not null then
          return false;
        end if;
        execute format('create table %I (like fixes including all)', part);
        execute format('alter table fixes attach partition %I for values from (%L) to (%L)', part,
          day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
        return true;
      end $$`)

    // Counts the devices of an organisation that were taken away: a writer that read its devices before the last of
    // them must read them again.
    await runner.query(`alter table location_policies add devices_version integer not null default 0`)
    // Of a transaction that writes fixes: until its end, no device of the organisations is taken away.
    await runner.query(`
      create function begin_fixes(organization_nos integer[], versions integer[]) returns void
      language plpgsql as $$
      declare
        no integer;
        stale integer[];
      begin
        foreach no in array organization_nos loop
          perform pg_advisory_xact_lock_shared(1715101, no);
        end loop;
        select array_agg(given.no) into stale
        from unnest(organization_nos, versions) as given (no, version)
        left join location_policies policies on policies.organization_no = given.no
        where policies.devices_version is distinct from given.version;
        if stale is not null then
          raise exception 'devices of organisations % have changed', stale using errcode = 'FL001';
        end if;
      end $$`)
    // Who takes a device away waits for those who write its organisation's fixes, whatever way it is done.
    await runner.query(`
      create function begin_device_removal() returns trigger language plpgsql as $$
      declare
        no integer;
      begin
        select organization_no into no from location_policies where organization_id = old.organization_id;
        if no is not null then
          perform pg_advisory_xact_lock(1715101, no);
          update location_policies set devices_version = devices_version + 1 where organization_no = no;
        end if;
        if tg_op = 'DELETE' then
          return old;
        end if;
        return new;
      end $$`)
    await runner.query(`
      create trigger devices_removed before delete or update of person_id, organization_id on devices
      for each row execute function begin_device_removal()`)

    // Days of an organisation that were thinned, by which rule, and how many rows had been written to the partition
    // then: a fix that comes later has the day thinned again.
    await runner.query(`
      create table fix_thinnings (
        organization_no integer not null,
        day date not null,
        rule text not null,
        rows_written bigint not null,
        primary key (day, organization_no)
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table fix_thinnings')
    await runner.query('drop trigger devices_removed on devices')
    await runner.query('drop function begin_device_removal()')
    await runner.query('drop function begin_fixes(integer[], integer[])')
    await runner.query('alter table location_policies drop devices_version')
    await runner.query('drop function make_fixes_partition(date)')
    await runner.query('drop table fixes')
  }
}
