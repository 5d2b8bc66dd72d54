// The backend: gRPC for everything, HTTP for IVOA protocols, signed objects, figures and health.
import { join } from 'node:path'
import type { Logger } from 'pino'
import { openAmqpBatchQueue } from './adapters/batch-queue/index.ts'
import { createDatasetFiles } from './adapters/dataset-files/dataset-files.ts'
import { createProcessExecution } from './adapters/execution/process/index.ts'
import { createObjects } from './adapters/objects/create-objects.ts'
import { createScanner } from './adapters/scanner/create-scanner.ts'
import { createBackendModules } from './backend-modules.ts'
import { createDataSource, listen, poolMetrics } from './database/index.ts'
import { ivoaRoutes } from './ivoa/index.ts'
import { jobServices } from './job-services.ts'
import { ImmediateCharges } from './modules/credits/index.ts'
import { awaitIssuer, IDENTITY_CHANNEL } from './modules/identity/index.ts'
import { ImmediateJobs, openApiOfServices, openScratch, queueMetrics } from './modules/jobs/index.ts'
import { FIX_QUEUE } from './modules/locations/index.ts'
import { keepEvents } from './modules/notifications/index.ts'
import { operatorRoute } from './modules/workflows/facade/index.ts'
import { createStagingRoutes } from './modules/workflows/staging/index.ts'
import { openPreviews } from './open-previews.ts'
import type { BatchQueue } from './ports/batch-queue.ts'
import { runProcess } from './run-process.ts'
import { createGrpcServer } from './server/grpc-server.ts'
import { createHttpMetrics } from './server/http-metrics.ts'
import { createHttpServer } from './server/http-server.ts'
import { localCalls } from './server/local-calls.ts'
import { openApiRoute, operationsRoutes } from './server/operations-routes.ts'
import { createServerMetrics } from './server/server-metrics.ts'
import { type AmqpSettings, backendSettings } from './settings.ts'
import type { TaskRunnerConfiguration } from './task-runner.ts'

await runProcess('backend', backendSettings, async (settings, log, releasers, tracing) => {
  const { databaseUrl } = settings
  const dataSource = await createDataSource(databaseUrl, { applicationName: 'fairlead backend' }).initialize()
  releasers.defer(() => dataSource.destroy())
  const listener = await listen(databaseUrl, { channels: [IDENTITY_CHANNEL], log })
  releasers.defer(() => listener.close())
  await keepEvents(dataSource)
  const { objects, uploads, routes, scratchFolder } = createObjects(
    settings.objects,
    settings.deriveKey('objects'),
  )
  releasers.defer(() => objects.close())

  const fixQueue = fixQueueOf(settings.locationQueue, log)
  if (fixQueue !== undefined) releasers.defer(() => fixQueue.close())

  const metrics = createServerMetrics()
  poolMetrics(metrics.registry, dataSource)
  queueMetrics(metrics.registry, dataSource)
  const scratch = await openScratch()
  releasers.use(scratch)
  const configuration: TaskRunnerConfiguration = { s3: settings.s3, objects: settings.objects }
  const execution = createProcessExecution({
    entry: new URL('./task-runner.ts', import.meta.url),
    configuration,
  })
  releasers.defer(() => execution.close())
  const previews = openPreviews(objects, join(scratch.folder, 'previews'))
  releasers.defer(() => previews.close())
  const datasetFiles = createDatasetFiles({ s3: settings.s3, objects })
  const {
    services,
    routes: moduleRoutes,
    environment,
    datasets,
    people,
  } = await createBackendModules(
    {
      dataSource,
      databaseUrl,
      listener,
      oidc: settings.oidc,
      objects,
      uploads,
      fileLimits: settings.files,
      scanning: settings.scanner !== undefined,
      files: datasetFiles,
      execution,
      scratchFolder,
      preview: previews.methods,
      deriveKey: settings.deriveKey,
      heartbeatSeconds: settings.heartbeatSeconds,
      queue: settings.queue,
      publicUrl: settings.publicUrl,
      mailEnabled: settings.mailEnabled,
      fixQueue,
      locationsEngine: settings.locationsEngine,
      algorithmRegistries: settings.algorithmRegistries,
      ...(settings.stagingAddress === undefined ? {} : { containers: { available: true } }),
      log,
      metrics,
      tracing,
    },
    releasers,
  )

  const immediate = new ImmediateJobs({
    services: jobServices,
    dataset: (organizationId, id) => datasets.readable(organizationId, id),
    execution,
    scanner: createScanner(settings.scanner),
    scratchFolder: scratch.folder,
    charges: new ImmediateCharges(dataSource),
  })

  const grpc = createGrpcServer(services, environment)
  releasers.defer(() => grpc.stop())
  const issuer = awaitIssuer(settings.oidc, log)
  releasers.defer(() => issuer.stop())
  const grpcPort = await grpc.start(settings.grpcAddress, issuer.reached)

  const health = async () => {
    await dataSource.query('select 1')
    if (!issuer.wasReached()) throw new Error('the issuer was never reached')
  }
  const ivoa = ivoaRoutes({
    calls: localCalls(services, environment),
    publicUrl: settings.publicUrl,
    services: jobServices,
    immediate,
    check: health,
  })
  const httpMetrics = createHttpMetrics(metrics.registry)
  const http = createHttpServer(
    [
      ...routes,
      ...moduleRoutes,
      ...ivoa,
      operatorRoute({
        dataSource,
        objects,
        services,
        environment,
        people,
        providers: settings.computeProviders,
        publicUrl: settings.publicUrl,
      }),
      openApiRoute((document) => openApiOfServices(document, jobServices)),
      ...operationsRoutes(metrics.registry, health),
    ],
    log,
    httpMetrics,
    tracing,
  )
  releasers.defer(() => http.stop())
  const httpPort = await http.start(settings.httpAddress)
  if (settings.stagingAddress !== undefined) {
    const staging = createHttpServer(
      createStagingRoutes({
        dataSource,
        objects,
        datasetFiles,
        key: settings.deriveKey('staging'),
        registry: metrics.registry,
      }),
      log,
      httpMetrics,
      tracing,
    )
    releasers.defer(() => staging.stop())
    await staging.start(settings.stagingAddress)
  }
  execution.warm()
  await issuer.reached
  log.info({ grpcPort, httpPort }, 'the backend is ready')
})

function fixQueueOf(server: AmqpSettings | undefined, log: Logger): BatchQueue | undefined {
  if (server === undefined) return undefined
  return openAmqpBatchQueue({ server, namespace: server.namespace, name: FIX_QUEUE, log })
}
