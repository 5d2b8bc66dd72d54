import { FixImport } from '@fairlead/proto/server/fairlead/locations/v1/imports'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { HttpRoute } from '../../../server/http-route.ts'
import type { PageTokens } from '../../../server/page-token.ts'
import type { RegisteredService } from '../../../server/service-handlers.ts'
import type { IdentityService } from '../../identity/index.ts'
import type { FixSink, KnownDevices } from '../fixes/index.ts'
import { importMessage } from './import-messages.ts'
import { ImportService } from './import-service.ts'
import { importsHandler } from './imports-handler.ts'
import { uploadRoute } from './upload-route.ts'
import { UploadService } from './upload-service.ts'

export interface ImportsOptions {
  readonly dataSource: DataSource
  readonly identity: IdentityService
  readonly pageTokens: PageTokens
  readonly known: KnownDevices
  readonly sink: FixSink
  readonly deriveKey: (purpose: string) => Buffer
  readonly log: Logger
}

/** Imports of files: what is called, and the route that takes the files. */
export function createImports(options: ImportsOptions): { service: RegisteredService; route: HttpRoute } {
  const { dataSource, identity, pageTokens } = options
  const signingKey = options.deriveKey('fix imports')
  const uploads = new UploadService(options)
  const imports = new ImportService({ dataSource, signingKey, stopReading: (id) => uploads.stop(id) })
  return {
    service: importsHandler({ imports, identity, pageTokens }),
    route: uploadRoute({
      uploads,
      signingKey,
      async answer(record) {
        const organization = await identity.organizationById(record.organizationId)
        const creators = await identity.displayNames([record.creatorId])
        return JSON.stringify(FixImport.toJSON(importMessage(record, organization?.slug ?? '', creators)))
      },
    }),
  }
}
