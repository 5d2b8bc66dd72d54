import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { dayOf, FixPartitions } from '../partitions/index.ts'
import { rows } from '../sql.ts'
import { expireFixes } from './retention.ts'
import { thinFixes } from './thinning.ts'

export interface FixMaintenanceOptions {
  readonly dataSource: DataSource
  readonly log: Logger
  /** Between the end of one time and the beginning of the next. Default 10 minutes. */
  readonly intervalMs?: number
  /** Default: the clock's. */
  readonly nowMs?: () => number
}

const INTERVAL_MS = 600_000
/** Days whose partitions are there before they begin. */
const DAYS_AHEAD = 7
/** Of pg_try_advisory_lock: one worker of the installation does it at a time. */
const LOCK = 'select pg_try_advisory_lock(1715102, 0) as mine'
const UNLOCK = 'select pg_advisory_unlock(1715102, 0)'

/** Makes partitions ahead of their days, takes away what is past its retention, and thins what is old enough. */
export function fixMaintenance(options: FixMaintenanceOptions): WorkerPart {
  const { dataSource, log, intervalMs = INTERVAL_MS, nowMs = Date.now } = options
  const stopping = new AbortController()
  let repetition: Repetition | undefined
  return {
    async start() {
      repetition = repeatedly({ name: 'the maintenance of fixes', intervalMs, log }, () =>
        maintainFixes(dataSource, nowMs(), log, stopping.signal),
      )
    },
    async stop() {
      stopping.abort()
      await repetition?.stop()
    },
    // What keeps it from its work is the database, which the worker's health asks itself.
    healthy: () => true,
  }
}

/** Everything that is due now; nothing while another worker does it. */
export async function maintainFixes(
  dataSource: DataSource,
  nowMs: number,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const runner = dataSource.createQueryRunner()
  try {
    const [lock] = await rows<{ mine: boolean }>(runner, LOCK, [])
    if (lock?.mine !== true) return
    try {
      const today = dayOf(nowMs)
      const days = Array.from({ length: DAYS_AHEAD + 2 }, (_, index) => today - 1 + index)
      await new FixPartitions(dataSource).ensure(days)
      const expired = await expireFixes(dataSource, nowMs, signal)
      const thinned = await thinFixes(dataSource, nowMs, signal)
      if (expired.partitions + expired.fixes + thinned > 0) {
        log.info({ ...expired, thinned }, 'fixes were taken away')
      }
    } finally {
      await runner.query(UNLOCK)
    }
  } finally {
    await runner.release()
  }
}
