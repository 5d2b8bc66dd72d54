import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { Objects } from '../../ports/objects.ts'
import type { WorkerPart } from '../notifications/index.ts'

export interface FilesWorkerOptions {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  readonly objects: Objects
  readonly registry: Registry
  readonly log: Logger
}

/** What happens to files without anyone asking: scans, and what the clock brings. */
export function createFilesWorker(_options: FilesWorkerOptions): WorkerPart {
  const parts: WorkerPart[] = []
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
