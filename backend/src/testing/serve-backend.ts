import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { createDatasetFiles } from '../adapters/dataset-files/dataset-files.ts'
import { createProcessExecution } from '../adapters/execution/process/index.ts'
import { createObjects } from '../adapters/objects/create-objects.ts'
import { type BackendModules, createBackendModules } from '../backend-modules.ts'
import { listen } from '../database/index.ts'
import { IDENTITY_CHANNEL } from '../modules/identity/index.ts'
import { openPreviews } from '../open-previews.ts'
import type { Objects } from '../ports/objects.ts'
import { createGrpcServer } from '../server/grpc-server.ts'
import { createServerMetrics } from '../server/server-metrics.ts'
import type { OidcSettings } from '../settings.ts'
import type { TaskRunnerConfiguration } from '../task-runner.ts'

export interface ServedBackend {
  readonly objects: Objects
  readonly modules: BackendModules
  /** Of the gRPC server. */
  readonly address: string
  /** What /metrics would say. */
  metrics(): Promise<string>
}

/** The whole backend on a database that is there, as main.ts runs it. Releasers go on the stack. */
export async function serveBackend(
  on: {
    readonly url: string
    readonly dataSource: DataSource
    readonly oidc: OidcSettings
    readonly log: Logger
  },
  releasers: AsyncDisposableStack,
): Promise<ServedBackend> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-backend-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const listener = await listen(on.url, { channels: [IDENTITY_CHANNEL] })
  releasers.defer(() => listener.close())
  const store = { kind: 'filesystem', folder: join(folder, 'objects') } as const
  const { objects, uploads, scratchFolder } = createObjects(store, Buffer.alloc(32, 1))
  releasers.defer(() => objects.close())
  const configuration: TaskRunnerConfiguration = { s3: undefined, objects: store }
  const entry = new URL('../task-runner.ts', import.meta.url)
  // Nothing is started before it is used.
  const execution = createProcessExecution({ entry, configuration, keepWarm: false })
  releasers.defer(() => execution.close())
  const previews = openPreviews(objects, join(folder, 'previews'))
  releasers.defer(() => previews.close())
  const metrics = createServerMetrics()
  const modules = await createBackendModules(
    {
      dataSource: on.dataSource,
      databaseUrl: on.url,
      listener,
      oidc: on.oidc,
      issuerKeys: { cooldownMs: 0 },
      objects,
      uploads,
      files: createDatasetFiles({ objects }),
      execution,
      scratchFolder,
      preview: previews.methods,
      deriveKey: (purpose) => Buffer.alloc(32, purpose),
      heartbeatSeconds: 1,
      publicUrl: 'https://fairlead.example.org',
      mailEnabled: true,
      log: on.log,
      metrics,
    },
    releasers,
  )
  const server = createGrpcServer(modules.services, modules.environment)
  releasers.defer(() => server.stop())
  const address = `127.0.0.1:${await server.start({ host: '127.0.0.1', port: 0 })}`
  return { modules, objects, address, metrics: () => metrics.registry.metrics() }
}
