import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { rows } from '../sql.ts'

export interface ImportsPartOptions {
  readonly dataSource: DataSource
  readonly log: Logger
  /** Default: 30 s. */
  readonly intervalMs?: number
}

const INTERVAL_MS = 30_000
/** Whoever reads a file is heard of each second. */
const SILENT_SECONDS = 60
/** Rows that were rejected tell of people, too; whoever wants to mend a file does so sooner. */
const REJECTIONS_KEPT_DAYS = 30

/** Ends imports that nobody reads any more, and forgets what was rejected long ago. */
export function importsPart({ dataSource, log, intervalMs = INTERVAL_MS }: ImportsPartOptions): WorkerPart {
  let sweeping: Repetition | undefined
  return {
    async start() {
      sweeping = repeatedly({ name: 'ending abandoned imports', intervalMs, log }, () =>
        endAbandonedImports(dataSource),
      )
    },
    async stop() {
      await sweeping?.stop()
    },
    // What is late here is late by some minutes of nobody's time.
    healthy: () => true,
  }
}

async function endAbandonedImports(dataSource: DataSource): Promise<void> {
  await rows(
    dataSource,
    `update fix_imports set state = 'FAILED', end_time = now(), failure = 'No file came within an hour.'
     where state = 'WAITING' and expire_time < now()`,
    [],
  )
  await rows(
    dataSource,
    `update fix_imports set state = 'FAILED', end_time = now(),
       failure = 'The server that read the file ended. What was read is kept: send the file again by another import.'
     where state = 'RUNNING' and heartbeat_time < now() - make_interval(secs => ${SILENT_SECONDS})`,
    [],
  )
  await rows(
    dataSource,
    `update fix_imports set rejections = '[]'
     where rejections <> '[]'::jsonb and end_time < now() - make_interval(days => ${REJECTIONS_KEPT_DAYS})`,
    [],
  )
}
