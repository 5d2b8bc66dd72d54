import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { Listener } from './database/index.ts'
import { jobServices } from './job-services.ts'
import { createCreditsModule } from './modules/credits/index.ts'
import { createDatasetsModule } from './modules/datasets/index.ts'
import {
  createFilesModule,
  type FileLimits,
  type FilesModuleOptions,
  moveFileShares,
} from './modules/files/index.ts'
import {
  allPermissions,
  createIdentityModule,
  type IdentityModuleDeps,
  type IdentityService,
} from './modules/identity/index.ts'
import {
  createJobsModule,
  defaultJobLimits,
  moveShares,
  type ReadableDatasets,
  resultBytes,
} from './modules/jobs/index.ts'
import {
  createLocationsModule,
  deviceTokens,
  moveInvitedPerson,
  planLocations,
} from './modules/locations/index.ts'
import { createNotificationsModule } from './modules/notifications/index.ts'
import {
  CONTAINERS_NEED_KUBERNETES,
  type ContainersAvailable,
  createWorkflowsModule,
  planWorkflows,
} from './modules/workflows/index.ts'
import type { BatchQueue } from './ports/batch-queue.ts'
import type { DatasetFiles } from './ports/dataset-files.ts'
import type { Execution } from './ports/execution.ts'
import type { Objects, ObjectUploads } from './ports/objects.ts'
import type { SharedResources } from './server/authorize.ts'
import { readContracts } from './server/contracts.ts'
import type { GrpcEnvironment } from './server/grpc-method.ts'
import type { HttpRoute } from './server/http-route.ts'
import { pageTokens } from './server/page-token.ts'
import { requestValidator } from './server/request-validator.ts'
import type { ServerMetrics } from './server/server-metrics.ts'
import type { RegisteredService } from './server/service-handlers.ts'
import type { LocationsEngine, OidcSettings, QueueSettings } from './settings.ts'
import type { Tracing } from './tracing/index.ts'

export interface BackendParts {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  /** LISTENs on the identity module's channel. */
  readonly listener: Listener
  readonly oidc: OidcSettings
  readonly issuerKeys?: NonNullable<IdentityModuleDeps['issuerKeys']>
  readonly objects: Objects
  /** Of the same store. */
  readonly uploads: ObjectUploads
  readonly files: DatasetFiles
  /** Whose processes run task-runner.ts. */
  readonly execution: Execution
  /** Files written here are moved into the object store rather than copied, where that stands on a disk. */
  readonly scratchFolder: string
  /** Default: those of an installation that sets none. */
  readonly fileLimits?: FileLimits
  /** Whether files are scanned before they are released. Default: they are not. */
  readonly scanning?: boolean
  /** Looks into released files. Default: nothing does. */
  readonly preview?: FilesModuleOptions['preview']
  readonly deriveKey: (purpose: string) => Buffer
  readonly heartbeatSeconds: number
  /** Of every organisation. Default: those of an installation that sets none. */
  readonly queue?: QueueSettings
  readonly publicUrl: string
  /** Whether the workers send mail. */
  readonly mailEnabled: boolean
  /** Where fixes go on their way to the workers. Default: they are written at once. */
  readonly fixQueue?: BatchQueue | undefined
  /** Default: h3. */
  readonly locationsEngine?: LocationsEngine
  /** Whether workers run members' containers. Default: they do not. */
  readonly containers?: ContainersAvailable
  /** Prefixes of the images that algorithms may have. Default: none. */
  readonly algorithmRegistries?: readonly string[]
  readonly log: Logger
  readonly metrics: ServerMetrics
  /** Undefined: calls are not traced. */
  readonly tracing?: Tracing | undefined
}

export interface BackendModules {
  readonly services: readonly RegisteredService[]
  /** Of the HTTP server. */
  readonly routes: readonly HttpRoute[]
  /** What the gRPC server enforces on every method of the services. */
  readonly environment: GrpcEnvironment
  /** For what runs without a job. */
  readonly datasets: ReadableDatasets
  /** For who calls the services on behalf of somebody. */
  readonly people: IdentityService
}

/**
 * Every module of the backend, made from its parts: the one list that the server and the tests of its
 * methods share. Releasers go on the stack.
 */
export async function createBackendModules(
  parts: BackendParts,
  releasers: AsyncDisposableStack,
): Promise<BackendModules> {
  const { dataSource, databaseUrl, objects, files, log } = parts
  const tokens = pageTokens(parts.deriveKey('page tokens'))
  const contracts = readContracts()
  const containers = parts.containers ?? { available: false, message: CONTAINERS_NEED_KUBERNETES }
  const registries = parts.algorithmRegistries ?? []

  const identity = createIdentityModule({
    dataSource,
    listener: parts.listener,
    oidc: parts.oidc,
    ...(parts.issuerKeys === undefined ? {} : { issuerKeys: parts.issuerKeys }),
    pageTokens: tokens,
    moveInvited: async (manager, invitedId, userId) => {
      await moveShares(manager, invitedId, userId)
      await moveFileShares(manager, invitedId, userId)
      await moveInvitedPerson(manager, invitedId, userId)
    },
    deviceTokens: deviceTokens(dataSource),
    log,
  })
  releasers.defer(() => identity.close())

  const storedFiles = await createFilesModule({
    dataSource,
    databaseUrl,
    objects,
    uploads: parts.uploads,
    pageTokens: tokens,
    identity: identity.identity,
    limits: parts.fileLimits,
    scanning: parts.scanning ?? false,
    preview: parts.preview,
    resultBytes: (organizationId) => resultBytes(dataSource, organizationId),
    heartbeatMs: parts.heartbeatSeconds * 1000,
    log,
  })
  releasers.defer(() => storedFiles.close())

  const datasets = createDatasetsModule({
    dataSource,
    objects,
    files,
    storedFiles: storedFiles.files,
    execution: parts.execution,
    scratchFolder: parts.scratchFolder,
    pageTokens: tokens,
    identity: identity.identity,
    log,
  })
  releasers.defer(() => datasets.close())

  const credits = createCreditsModule({
    dataSource,
    pageTokens: tokens,
    identity: identity.identity,
    jobServices: jobServices.map(({ id }) => id),
    files: storedFiles.files,
    log,
  })
  releasers.defer(() => credits.close())

  const jobs = await createJobsModule({
    dataSource,
    databaseUrl,
    objects,
    datasets: datasets.service,
    people: identity.identity,
    organizations: identity.identity,
    pageTokens: tokens,
    services: jobServices,
    locations: (organizationId) => planLocations(dataSource, organizationId),
    workflows: planWorkflows({
      dataSource,
      identity: identity.identity,
      files: storedFiles.files,
      containers,
      registries,
    }),
    limits: { ...defaultJobLimits, ...parts.queue },
    heartbeatMs: parts.heartbeatSeconds * 1000,
    log,
  })
  releasers.defer(() => jobs.close())

  const notifications = createNotificationsModule({
    dataSource,
    pageTokens: tokens,
    identity: identity.identity,
    deriveKey: parts.deriveKey,
    publicUrl: parts.publicUrl,
    mailEnabled: parts.mailEnabled,
    log,
  })
  releasers.defer(() => notifications.close())

  const locations = createLocationsModule({
    dataSource,
    databaseUrl,
    listener: parts.listener,
    pageTokens: tokens,
    identity: identity.identity,
    deriveKey: parts.deriveKey,
    publicUrl: parts.publicUrl,
    heartbeatMs: parts.heartbeatSeconds * 1000,
    fixQueue: parts.fixQueue,
    engine: parts.locationsEngine ?? 'h3',
    registry: parts.metrics.registry,
    log,
  })
  releasers.defer(() => locations.close())

  const workflows = await createWorkflowsModule({
    dataSource,
    databaseUrl,
    objects,
    pageTokens: tokens,
    datasets: datasets.service,
    jobs,
    contracts,
    containers,
    registries,
    heartbeatMs: parts.heartbeatSeconds * 1000,
    log,
  })
  releasers.defer(() => workflows.close())

  return {
    services: [
      ...identity.services,
      ...datasets.services,
      ...jobs.services,
      ...credits.services,
      ...notifications.services,
      ...locations.services,
      ...storedFiles.services,
      ...workflows.services,
    ],
    routes: [...notifications.routes, ...locations.routes],
    datasets: datasets.service,
    people: identity.identity,
    environment: {
      contracts,
      permissions: allPermissions,
      authenticator: identity.authenticator,
      sharedResources: sharedBy(jobs.sharedResources, storedFiles.sharedResources),
      validate: requestValidator(contracts.registry),
      log,
      metrics: parts.metrics,
      tracing: parts.tracing,
    },
  }
}

/** Names of things tell whose they are: at most one of them knows a name. */
function sharedBy(...modules: readonly SharedResources[]): SharedResources {
  return {
    async sharedWith(resourceName, userId) {
      for (const { sharedWith } of modules) {
        const organization = await sharedWith(resourceName, userId)
        if (organization !== undefined) return organization
      }
      return undefined
    },
  }
}
