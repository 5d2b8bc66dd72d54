import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { Objects } from '../../ports/objects.ts'
import type { PageTokens } from '../../server/page-token.ts'
import type { RegisteredService } from '../../server/service-handlers.ts'
import type { IdentityService } from '../identity/index.ts'

export interface FilesModuleOptions {
  readonly dataSource: DataSource
  /** For the one connection that LISTENs. */
  readonly databaseUrl: string
  readonly objects: Objects
  readonly pageTokens: PageTokens
  readonly identity: IdentityService
  /** Silence after which a watch tells that it goes on. */
  readonly heartbeatMs: number
  readonly registry: Registry
  readonly log: Logger
}

export interface FilesModule {
  readonly services: readonly RegisteredService[]
  close(): Promise<void>
}

/** What the backend serves of files. */
export async function createFilesModule(_options: FilesModuleOptions): Promise<FilesModule> {
  const releasers = new AsyncDisposableStack()
  return {
    services: [],
    close: () => releasers.disposeAsync(),
  }
}
