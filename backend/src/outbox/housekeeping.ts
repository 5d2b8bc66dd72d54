import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { pause } from './locked-session.ts'
import { removeAbandonedRelay } from './outbox-readers.ts'
import type { BusKind } from './outbox-status.ts'
import { pruneOutbox, pruneRecords } from './prune-outbox.ts'
import { queries } from './typeorm-database.ts'

export interface HousekeepingOptions {
  readonly dataSource: DataSource
  readonly bus: BusKind
  /** Empty when what carries events is reached. */
  problem(): string
  /** Between removals of old events. Default 60 s. */
  readonly pruneMs?: number
  readonly log: Logger
}

/** Well within the 30 s for which a report counts. */
const REPORT_MS = 5_000
const PRUNE_MS = 60_000

/** Reports the state of the bus for those who cannot reach it, and removes old events, until closed. */
export function keepHouse(options: HousekeepingOptions): { close(): Promise<void> } {
  const closed = new AbortController()
  const database = queries(options.dataSource)
  const reporter = randomUUID()

  async function every(ms: number, what: string, work: () => Promise<unknown>): Promise<void> {
    while (!closed.signal.aborted) {
      try {
        await work()
      } catch (error) {
        options.log.warn({ err: error }, `${what} failed; it is tried again`)
      }
      await pause(ms, closed.signal)
    }
  }
  const report = async () => {
    const problem = options.problem()
    await database.query(
      `insert into bus_reports (reporter, bus, connected, problem, report_time)
       values ($1, $2, $3, $4, now())
       on conflict (reporter) do update set
         connected = excluded.connected, problem = excluded.problem, report_time = excluded.report_time`,
      [reporter, options.bus, problem === '', problem],
    )
  }
  const prune = async () => {
    if (options.bus === 'POSTGRES') await removeAbandonedRelay(database)
    const removed = await pruneOutbox(database)
    if (removed > 0) options.log.info({ removed }, 'old events were removed from the outbox')
    await pruneRecords(database)
  }
  const ended = Promise.all([
    every(REPORT_MS, 'reporting the state of the bus', report),
    every(options.pruneMs ?? PRUNE_MS, 'removing old events', prune),
  ])
  return {
    async close() {
      closed.abort()
      await ended
      await database.query(`delete from bus_reports where reporter = $1`, [reporter])
    },
  }
}
