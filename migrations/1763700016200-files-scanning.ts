import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Who scans a version, in which order versions are scanned, and how the scanner is. */
export class FilesScanning1763700016200 implements MigrationInterface {
  readonly name = 'FilesScanning1763700016200'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table file_versions
        -- of the one scan that may write what came of it; what came of an earlier one no longer counts
        add column scan_lease_id uuid`)
    // Those that somebody waits for come before those that are only scanned again, however many of these there are.
    await runner.query('drop index file_versions_to_scan')
    await runner.query(`
      create index file_versions_to_scan on file_versions (next_scan_time)
        where next_scan_time is not null and state in ('SCANNING', 'FAILED')`)
    await runner.query(`
      create index file_versions_to_rescan on file_versions (next_scan_time)
        where next_scan_time is not null and state in ('CLEAN', 'UNSCANNED')`)
    await runner.query(`
      create index file_versions_by_signatures on file_versions (signature_version)
        where next_scan_time is null and state in ('CLEAN', 'UNSCANNED')`)
    await runner.query(`
      create table scanner_state (
        singleton boolean primary key default true check (singleton),
        reachable boolean not null,
        failure text not null,
        engine text not null,
        signature_version text not null,
        signature_time timestamptz,
        check_time timestamptz not null,
        -- since when it has been away; null while it is reached
        away_time timestamptz,
        -- whether the operator was told of that
        away_told boolean not null default false
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table scanner_state')
    await runner.query(
      'drop index file_versions_to_scan, file_versions_to_rescan, file_versions_by_signatures',
    )
    await runner.query(`
      create index file_versions_to_scan on file_versions (next_scan_time) where next_scan_time is not null`)
    await runner.query('alter table file_versions drop column scan_lease_id')
  }
}
