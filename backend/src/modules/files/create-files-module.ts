import { FileServiceService } from '@fairlead/proto/server/fairlead/files/v1/files'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { Objects, ObjectUploads } from '../../ports/objects.ts'
import type { SharedResources } from '../../server/authorize.ts'
import type { PageTokens } from '../../server/page-token.ts'
import {
  type RegisteredService,
  registeredService,
  type ServiceHandlers,
} from '../../server/service-handlers.ts'
import type { IdentityService } from '../identity/index.ts'
import { FileChanges } from './files/file-changes.ts'
import { storageUsageMessage } from './files/file-messages.ts'
import { describeFiles, filesHandler } from './files/files-handler.ts'
import { createFilesService, type FilesService } from './files/files-service.ts'
import { quarantineHandler } from './operations/quarantine-handler.ts'
import { listPolicies } from './policies/policy-store.ts'
import { type ResultBytes, storageCounts } from './quota/storage-counts.ts'
import { scannerMethods } from './scanning/index.ts'
import { FileShares } from './shares/file-shares.ts'
import { Uploads } from './uploads/uploads.ts'
import { FileRemovals } from './versions/file-removals.ts'
import { FileWatch } from './watch/file-watch.ts'

/** How much people may store, and for how long an address is good. */
export interface FileLimits {
  /** Of an organisation that has no quota of its own. */
  readonly quotaBytes: bigint
  /** For which an address to fetch from is good. */
  readonly addressSeconds: number
}

const defaultFileLimits: FileLimits = { quotaBytes: 100n * 1024n ** 3n, addressSeconds: 60 }

/** The method that looks into released files, made by who has processes to do that in. */
export type PreviewMethods = Pick<ServiceHandlers<typeof FileServiceService>, 'getFilePreview'>

export interface FilesModuleOptions {
  readonly dataSource: DataSource
  /** For the one connection that LISTENs. */
  readonly databaseUrl: string
  readonly objects: Objects
  readonly uploads: ObjectUploads
  readonly pageTokens: PageTokens
  readonly identity: IdentityService
  /** Default: 100 GiB, and 60 s. */
  readonly limits?: FileLimits | undefined
  /** Whether files are scanned before they are released. */
  readonly scanning: boolean
  /** Absent: there are no previews. */
  readonly preview?: ((files: FilesService) => PreviewMethods) | undefined
  readonly resultBytes: ResultBytes
  /** Silence after which a watch tells that it goes on. */
  readonly heartbeatMs: number
  readonly log: Logger
}

export interface FilesModule {
  readonly services: readonly RegisteredService[]
  readonly files: FilesService
  /** Which files the access interceptor lets others than members see. */
  readonly sharedResources: SharedResources
  close(): Promise<void>
}

/** What the backend serves of files. */
export async function createFilesModule(options: FilesModuleOptions): Promise<FilesModule> {
  const { dataSource, objects, identity, pageTokens, scanning, preview = noPreview } = options
  const { quotaBytes, addressSeconds } = options.limits ?? defaultFileLimits
  const removals = new FileRemovals(options)
  const shares = new FileShares(dataSource, identity)
  const files = createFilesService({ dataSource, objects, addressSeconds })
  const watch = await FileWatch.open({ ...options, describe: describeFiles(options) })
  const storage = (organizationId: string) =>
    storageCounts(dataSource, organizationId, quotaBytes, options.resultBytes)
  return {
    services: [
      registeredService(FileServiceService, {
        ...filesHandler({
          dataSource,
          identity,
          pageTokens,
          uploads: new Uploads({ ...options, removals, quotaBytes }),
          changes: new FileChanges(dataSource, removals),
          shares,
          files,
          watch,
          storage,
          policies: () => listPolicies(dataSource),
          scanning,
        }),
        ...preview(files),
      }),
      quarantineHandler({
        dataSource,
        pageTokens,
        identity,
        usage: async ({ id, slug }) => storageUsageMessage(slug, await storage(id)),
        scanner: scannerMethods({ dataSource, identity, scanning }),
      }),
    ],
    files,
    sharedResources: shares.resources,
    async close() {
      await watch.close()
      await removals.close()
    },
  }
}

function noPreview(): PreviewMethods {
  return {
    getFilePreview: async () => ({
      content: { $case: 'unavailable', value: 'There are no previews in this installation.' },
    }),
  }
}
