import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { type Database, rows } from '../sql.ts'
import { type FileVersionRow, versionColumns, versionOf } from '../versions/file-version.ts'
import { LEASE_SECONDS, type ScanClaim, type ScanKind } from './scan-claim.ts'

/** The same words as in the indexes of their queues. */
const states: Readonly<Record<ScanKind, string>> = {
  first: `state in ('SCANNING', 'FAILED')`,
  again: `state in ('CLEAN', 'UNSCANNED')`,
}

const leaseEnd = `now() + interval '${LEASE_SECONDS} seconds'`

/** Versions that are to be scanned; those that have waited longest come first. */
export class ScanQueue {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  /** Undefined while none is due that nobody else scans. */
  async claim(kind: ScanKind): Promise<ScanClaim | undefined> {
    const leaseId = v7()
    const [row] = await rows<FileVersionRow>(
      this.#dataSource,
      `update file_versions set scan_lease_id = $1, scan_lease_time = ${leaseEnd}, scanned_bytes = 0
       where id = (
         select id from file_versions
         where ${states[kind]} and next_scan_time <= now()
           and (scan_lease_time is null or scan_lease_time < now())
         order by next_scan_time limit 1 for update skip locked)
       returning ${versionColumns}`,
      [leaseId],
    )
    return row === undefined ? undefined : { version: versionOf(row), leaseId }
  }

  /** False when the lease is another's: what is scanned here no longer counts. */
  async renew({ version, leaseId }: ScanClaim, scannedBytes: number): Promise<boolean> {
    const renewed = await rows(
      this.#dataSource,
      `update file_versions set scan_lease_time = ${leaseEnd}, scanned_bytes = $3
       where id = $1 and scan_lease_id = $2 returning id`,
      [version.id, leaseId, scannedBytes],
    )
    return renewed.length > 0
  }

  /** Hands a claim back: it is scanned later, by whoever then can. */
  async giveBack({ version, leaseId }: ScanClaim, afterMs: number): Promise<void> {
    await rows(
      this.#dataSource,
      `update file_versions set scan_lease_id = null, scan_lease_time = null, scanned_bytes = 0,
         next_scan_time = now() + $3 * interval '1 millisecond'
       where id = $1 and scan_lease_id = $2`,
      [version.id, leaseId, afterMs],
    )
  }

  /** Released ones that were not scanned with these signatures are due, at most so many; how many became so. */
  async queueOutdated(signatureVersion: string, most: number): Promise<number> {
    // Two ranges of the index, each way from the version that is good.
    const queued = await rows(
      this.#dataSource,
      `update file_versions set next_scan_time = now()
       where id in (
         (select id from file_versions
          where ${states.again} and next_scan_time is null and $1 <> '' and signature_version < $1 limit $2)
         union all
         (select id from file_versions
          where ${states.again} and next_scan_time is null and $1 <> '' and signature_version > $1 limit $2)
         union all
         (select id from file_versions
          where state = 'UNSCANNED' and next_scan_time is null and signature_version = '' limit $2))
       returning id`,
      [signatureVersion, most],
    )
    return queued.length
  }
}

/** Locks the version for the claim's transaction; false when the lease is another's. */
export async function holdsLease(database: Database, { version, leaseId }: ScanClaim): Promise<boolean> {
  const held = await rows(
    database,
    'select 1 from file_versions where id = $1 and scan_lease_id = $2 and state = $3',
    [version.id, leaseId, version.state],
  )
  return held.length > 0
}
