import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { BatchConsumer, HandleBatch } from '../../ports/batch-queue.ts'
import type { WorkerPart } from '../notifications/index.ts'
import { DirectFixSink } from './fixes/index.ts'
import { importsPart } from './imports/index.ts'
import { fixMaintenance, storedMetrics } from './maintenance/index.ts'
import { erasuresPart } from './people/index.ts'
import { FixConsumer, fixQueueMetrics } from './queue/index.ts'

export interface LocationsWorkerOptions {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  /** Opens the consumer of the queue that fixes come through; undefined: backends write them. */
  readonly consumeFixes?: ((handle: HandleBatch) => BatchConsumer) | undefined
  readonly registry: Registry
  readonly log: Logger
}

/** What happens to locations by the clock, and what is taken from the queue. */
export function createLocationsWorker(options: LocationsWorkerOptions): WorkerPart {
  const { dataSource, registry, log } = options
  const parts: WorkerPart[] = [
    erasuresPart(dataSource, log),
    importsPart({ dataSource, log }),
    fixMaintenance({ dataSource, log }),
  ]
  const fixes = fixesPart(options)
  if (fixes !== undefined) parts.push(fixes)
  storedMetrics(registry, dataSource)
  fixQueueMetrics(registry, dataSource, fixes === undefined ? undefined : () => fixes.length())
  return {
    async start() {
      for (const part of parts) await part.start()
    },
    async stop() {
      for (const part of parts.toReversed()) await part.stop()
    },
    healthy: () => parts.every((part) => part.healthy()),
  }
}

/** Undefined where no fixes come through a queue. */
function fixesPart({ dataSource, consumeFixes, registry, log }: LocationsWorkerOptions) {
  if (consumeFixes === undefined) return undefined
  const sink = new DirectFixSink({ dataSource, registry, log })
  return new FixConsumer({ dataSource, sink, consume: consumeFixes, log })
}
