import { type Database, rows } from '../sql.ts'

/** What waits, in the whole installation. */
export interface ScanBacklog {
  readonly waitingCount: bigint
  readonly waitingBytes: bigint
  /** Of the one that has waited longest. */
  readonly waitingSince: Date | undefined
  readonly failedCount: bigint
  /** Released ones that are due. */
  readonly rescanCount: bigint
  readonly away: boolean
  /** Of the scanner's signatures, where it says. */
  readonly signatureTime: Date | undefined
}

export async function readScanBacklog(database: Database): Promise<ScanBacklog> {
  const [row] = await rows<{
    waiting: string
    bytes: string
    since: Date | null
    failed: string
    rescans: string
    away: boolean
    signatures: Date | null
  }>(
    database,
    `select
       count(*) filter (where state = 'SCANNING') as waiting,
       coalesce(sum(size_bytes) filter (where state = 'SCANNING'), 0) as bytes,
       min(change_time) filter (where state = 'SCANNING') as since,
       count(*) filter (where state = 'FAILED') as failed,
       (select count(*) from file_versions
        where next_scan_time is not null and state in ('CLEAN', 'UNSCANNED')) as rescans,
       exists (select 1 from scanner_state where not reachable) as away,
       (select signature_time from scanner_state) as signatures
     from file_versions where next_scan_time is not null and state in ('SCANNING', 'FAILED')`,
    [],
  )
  return {
    waitingCount: BigInt(row?.waiting ?? 0),
    waitingBytes: BigInt(row?.bytes ?? 0),
    waitingSince: row?.since ?? undefined,
    failedCount: BigInt(row?.failed ?? 0),
    rescanCount: BigInt(row?.rescans ?? 0),
    away: row?.away ?? false,
    signatureTime: row?.signatures ?? undefined,
  }
}
