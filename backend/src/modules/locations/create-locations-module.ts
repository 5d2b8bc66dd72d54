import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { Listener } from '../../database/index.ts'
import type { BatchQueue } from '../../ports/batch-queue.ts'
import type { HttpRoute } from '../../server/http-route.ts'
import type { PageTokens } from '../../server/page-token.ts'
import type { RegisteredService } from '../../server/service-handlers.ts'
import type { IdentityService } from '../identity/index.ts'
import { cellNeighbours, postgisNeighbours } from './connections/index.ts'
import { DirectFixSink, KnownDevices } from './fixes/index.ts'
import { fixesHandler } from './gateway/fixes-handler.ts'
import { createImports, forgetPerson } from './imports/index.ts'
import { forgetInJobs } from './job/index.ts'
import { LocationOperations } from './operations/location-operations.ts'
import { createPeople } from './people/index.ts'
import { locationHandler } from './queries/index.ts'
import { fixQueueMetrics, forgetDeadFixes, QueuedFixSink } from './queue/index.ts'

export interface LocationsModuleOptions {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  /** LISTENs on the identity module's channel, which tells of changed devices too. */
  readonly listener: Listener
  readonly pageTokens: PageTokens
  readonly identity: IdentityService
  readonly deriveKey: (purpose: string) => Buffer
  readonly publicUrl: string
  /** Silence after which a stream tells that it goes on. */
  readonly heartbeatMs: number
  /** By what fixes near others are found; both find the same. */
  readonly engine: 'h3' | 'postgis'
  /** Where fixes go on their way to the workers; undefined: they are written at once. */
  readonly fixQueue?: BatchQueue | undefined
  readonly registry: Registry
  readonly log: Logger
}

export interface LocationsModule {
  readonly services: readonly RegisteredService[]
  readonly routes: readonly HttpRoute[]
  close(): Promise<void>
}

/** What the backend serves of locations. */
export function createLocationsModule(options: LocationsModuleOptions): LocationsModule {
  const releasers = new AsyncDisposableStack()
  const { dataSource, identity, pageTokens, fixQueue, registry, log } = options
  const known = new KnownDevices(dataSource)
  const direct = new DirectFixSink({ dataSource, registry, log })
  releasers.defer(() => direct.close())
  const sink =
    fixQueue === undefined ? direct : new QueuedFixSink({ queue: fixQueue, database: dataSource, log })
  fixQueueMetrics(registry, dataSource, fixQueue === undefined ? undefined : () => fixQueue.length())
  const operations = new LocationOperations({ dataSource, queue: fixQueue, sink, log })
  releasers.defer(() => operations.close())
  const imports = createImports({ ...options, known, sink })
  return {
    services: [
      fixesHandler({ known, sink }),
      locationHandler({
        dataSource,
        pageTokens,
        neighbours: options.engine === 'postgis' ? postgisNeighbours : cellNeighbours,
        heartbeatMs: options.heartbeatMs,
      }),
      operations.service,
      ...createPeople({
        dataSource,
        identity,
        pageTokens,
        forget: [forgetPerson, forgetDeadFixes, forgetInJobs],
      }),
      imports.service,
    ],
    routes: [imports.route],
    close: () => releasers.disposeAsync(),
  }
}
