import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { Objects, ObjectUploads } from '../../ports/objects.ts'
import type { Scanner } from '../../ports/scanner.ts'
import type { WorkerPart } from '../notifications/index.ts'
import { scanningPart } from './scanning/index.ts'
import { fileSweep } from './sweep/file-sweep.ts'
import { FileRemovals } from './versions/file-removals.ts'

export interface FilesWorkerOptions {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  /** One store: what is uploaded is read where it is. */
  readonly objects: Objects
  readonly uploads: ObjectUploads
  readonly scanner: Scanner
  readonly registry: Registry
  readonly log: Logger
}

/** What happens to files without anyone asking: scans, and what the clock brings. */
export function createFilesWorker(options: FilesWorkerOptions): WorkerPart {
  const removals = new FileRemovals(options)
  const parts: WorkerPart[] = [scanningPart({ ...options, removals }), fileSweep({ ...options, removals })]
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
