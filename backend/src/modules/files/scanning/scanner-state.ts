import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { writeEvent } from '../../../outbox/index.ts'
import type { ScannerVersion } from '../../../ports/scanner.ts'
import { type Database, rows } from '../sql.ts'

/** How the scanner was when a worker last asked; one for the whole installation. */
export interface ScannerRecord {
  readonly reachable: boolean
  /** Why not, in a sentence. */
  readonly failure: string
  readonly engine: string
  readonly signatureVersion: string
  readonly signatureTime: Date | undefined
  readonly checkTime: Date
}

/** Until then a scanner is loading signatures, or starts anew: nobody need look at it. */
const TOLD_AFTER_SECONDS = 120

/** Undefined until a worker has asked, and where scanning is disabled. */
export async function readScannerState(database: Database): Promise<ScannerRecord | undefined> {
  const [row] = await rows<{
    reachable: boolean
    failure: string
    engine: string
    signature_version: string
    signature_time: Date | null
    check_time: Date
  }>(database, 'select * from scanner_state', [])
  if (row === undefined) return undefined
  return {
    reachable: row.reachable,
    failure: row.failure,
    engine: row.engine,
    signatureVersion: row.signature_version,
    signatureTime: row.signature_time ?? undefined,
    checkTime: row.check_time,
  }
}

/** It answered. */
export async function writeScannerReached(
  database: Database,
  { engine, signatureVersion, signatureTime }: ScannerVersion,
): Promise<void> {
  await rows(
    database,
    `insert into scanner_state (reachable, failure, engine, signature_version, signature_time, check_time)
     values (true, '', $1, $2, $3, now())
     on conflict (singleton) do update set reachable = true, failure = '', engine = $1, signature_version = $2,
       signature_time = $3, check_time = now(), away_time = null, away_told = false`,
    [engine, signatureVersion, signatureTime ?? null],
  )
}

/** It did not answer. The operator is told of it once, when it has been away for some time. */
export async function writeScannerAway(
  dataSource: DataSource,
  failure: string,
  toldAfterSeconds = TOLD_AFTER_SECONDS,
): Promise<void> {
  await inTransaction(dataSource, async (manager) => {
    await rows(
      manager,
      `insert into scanner_state (reachable, failure, engine, signature_version, check_time, away_time)
       values (false, $1, '', '', now(), now())
       on conflict (singleton) do update set reachable = false, failure = $1, check_time = now(),
         away_time = coalesce(scanner_state.away_time, now())`,
      [failure],
    )
    const [told] = await rows<{ since: string }>(
      manager,
      `update scanner_state set away_told = true
       where not reachable and not away_told and away_time <= now() - $1 * interval '1 second'
       returning to_char(away_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since`,
      [toldAfterSeconds],
    )
    if (told === undefined) return
    await writeEvent(manager, {
      routingKey: 'files.scanner_away.-',
      payload: { since: told.since, failure },
    })
  })
}

/** Scanning is disabled: nothing is known of a scanner. */
export async function forgetScanner(database: Database): Promise<void> {
  await rows(database, 'delete from scanner_state', [])
}
