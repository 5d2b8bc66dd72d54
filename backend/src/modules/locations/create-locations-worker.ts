import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { WorkerPart } from '../notifications/index.ts'
import { erasuresPart } from './people/index.ts'

export interface LocationsWorkerOptions {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  readonly registry: Registry
  readonly log: Logger
}

/** What happens to locations by the clock, and what is taken from the queue. */
export function createLocationsWorker({ dataSource, log }: LocationsWorkerOptions): WorkerPart {
  const parts: WorkerPart[] = [erasuresPart(dataSource, log)]
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
