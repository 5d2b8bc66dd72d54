import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { Listener } from '../../database/index.ts'
import type { HttpRoute } from '../../server/http-route.ts'
import type { PageTokens } from '../../server/page-token.ts'
import type { RegisteredService } from '../../server/service-handlers.ts'
import type { IdentityService } from '../identity/index.ts'
import { DirectFixSink, KnownDevices } from './fixes/index.ts'
import { fixesHandler } from './gateway/fixes-handler.ts'
import { createPeople } from './people/index.ts'

export interface LocationsModuleOptions {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  /** LISTENs on the identity module's channel, which tells of changed devices too. */
  readonly listener: Listener
  readonly pageTokens: PageTokens
  readonly identity: IdentityService
  readonly deriveKey: (purpose: string) => Buffer
  readonly publicUrl: string
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
  const { dataSource, identity, pageTokens, registry, log } = options
  const known = new KnownDevices(dataSource)
  const sink = new DirectFixSink({ dataSource, registry, log })
  releasers.defer(() => sink.close())
  return {
    services: [
      fixesHandler({ known, sink }),
      ...createPeople({ dataSource, identity, pageTokens, forget: [] }),
    ],
    routes: [],
    close: () => releasers.disposeAsync(),
  }
}
