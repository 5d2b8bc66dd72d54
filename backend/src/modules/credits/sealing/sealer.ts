import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { type Database, rows } from '../sql.ts'

/** Transactions that are sealed in one transaction: some tens of milliseconds. */
const BATCH = 1_000
const INTERVAL_MS = 1_000

/** Seals the oldest transactions that are not; answers how many, none when another process is at it. */
export async function seal(database: Database, atMost = BATCH): Promise<number> {
  const [row] = await rows<{ sealed: number }>(database, `select seal_credits($1) as sealed`, [atMost])
  return row?.sealed ?? 0
}

/** Seals what is booked, a second later at most as long as it keeps up. Every worker does; one at a time seals. */
export function createSealer({
  dataSource,
  log,
}: {
  readonly dataSource: DataSource
  readonly log: Logger
}): WorkerPart {
  let sealing: Repetition | undefined
  let stopped = false
  return {
    async start() {
      sealing = repeatedly({ name: 'sealing transactions', intervalMs: INTERVAL_MS, log }, async () => {
        while (!stopped && (await seal(dataSource)) === BATCH);
      })
    },
    async stop() {
      stopped = true
      await sealing?.stop()
    },
    // What keeps it from its work is the database, which the worker's health asks itself.
    healthy: () => true,
  }
}
