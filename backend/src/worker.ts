// The worker: runs queued jobs, turns events into notifications and mail, and takes the images of the configured
// folders into the list of datasets.
import type { Logger } from 'pino'
import { openAmqpBatchConsumer } from './adapters/batch-queue/index.ts'
import { createBus } from './adapters/bus/create-bus.ts'
import { createDatasetFiles } from './adapters/dataset-files/dataset-files.ts'
import { createKubernetesContainers } from './adapters/execution/kubernetes/index.ts'
import { createProcessExecution } from './adapters/execution/process/index.ts'
import { createMailTransport } from './adapters/mail/index.ts'
import { createObjects } from './adapters/objects/create-objects.ts'
import { createPushSender } from './adapters/push/create-push-sender.ts'
import { createScanner } from './adapters/scanner/create-scanner.ts'
import { createDataSource, poolMetrics } from './database/index.ts'
import { jobServices } from './job-services.ts'
import { createCreditsWorker } from './modules/credits/index.ts'
import { readableDataset, registerFolders } from './modules/datasets/index.ts'
import { createFilesService, createFilesWorker } from './modules/files/index.ts'
import { watchTokenExpiry } from './modules/identity/index.ts'
import { createJobsWorker, queueMetrics } from './modules/jobs/index.ts'
import {
  connectionsInput,
  createLocationsWorker,
  FIX_QUEUE,
  type LocationsWorkerOptions,
} from './modules/locations/index.ts'
import { createNotificationsWorker, type NotificationsWorkerOptions } from './modules/notifications/index.ts'
import { createWorkflowsWorker } from './modules/workflows/create-workflows-worker.ts'
import { runProcess } from './run-process.ts'
import { createHttpServer } from './server/http-server.ts'
import { operationsRoutes } from './server/operations-routes.ts'
import { createRegistry } from './server/process-metrics.ts'
import { type AmqpSettings, type MailSettings, workerSettings } from './settings.ts'
import type { TaskRunnerConfiguration } from './task-runner.ts'

/** Small folders are read before the worker says that it is ready; large ones do not hold up the start. */
const REGISTRATION_WAIT_MS = 20_000
/** For the cluster's answer, before the worker goes on without one. */
const CLUSTER_WAIT_MS = 10_000
/** Batches that are written at a time: as many as fill a few transactions. */
const FIX_BATCHES = 32

await runProcess('worker', workerSettings, async (settings, log, releasers, tracing) => {
  const { databaseUrl, concurrency } = settings
  const dataSource = await createDataSource(databaseUrl, { applicationName: 'fairlead worker' }).initialize()
  releasers.defer(() => dataSource.destroy())
  const { objects, uploads, scratchFolder } = createObjects(settings.objects, settings.deriveKey('objects'))
  releasers.defer(() => objects.close())

  const scanner = createScanner(settings.scanner)

  const registry = createRegistry()
  poolMetrics(registry, dataSource)
  queueMetrics(registry, dataSource)

  let registered = false
  const configuration: TaskRunnerConfiguration = { s3: settings.s3, objects: settings.objects }
  const entry = new URL('./task-runner.ts', import.meta.url)
  const execution = createProcessExecution({ entry, configuration })
  releasers.defer(() => execution.close())
  const workflows = await runWorkflows()
  releasers.defer(async () => workflows?.stop())
  const worker = createJobsWorker({
    databaseUrl,
    dataSource,
    objects,
    scanner,
    execution,
    services: jobServices,
    inputs: { connections: connectionsInput({ dataSource }) },
    concurrency,
    ...(workflows === undefined ? {} : { externalRuns: workflows.externalRuns }),
    ...(settings.containers === undefined ? {} : { externalConcurrency: settings.containers.steps }),
    limits: settings.queue,
    scratchFolder,
    tracing,
    registry,
    log,
  })
  releasers.defer(() => worker.stop())

  const bus = await createBus({
    databaseUrl,
    dataSource,
    amqp: settings.amqp,
    ...(settings.amqp === undefined ? {} : { namespace: settings.amqp.namespace }),
    registry,
    tracing,
    log,
  })
  releasers.defer(() => bus.close())
  const push = createPushSender({ dataSource, amqp: settings.amqp, log })
  releasers.defer(() => push.close())
  const notifications = createNotificationsWorker({
    dataSource,
    databaseUrl,
    bus,
    push,
    mail: mailOf(settings.mail, releasers),
    deriveKey: settings.deriveKey,
    publicUrl: settings.publicUrl,
    registry,
    log,
  })
  releasers.defer(() => notifications.stop())

  const credits = createCreditsWorker({ dataSource, databaseUrl, registry, log })
  releasers.defer(() => credits.stop())

  const locations = createLocationsWorker({
    dataSource,
    databaseUrl,
    consumeFixes: consumerOf(settings.locationQueue, log),
    registry,
    log,
  })
  releasers.defer(() => locations.stop())

  const files = createFilesWorker({ dataSource, databaseUrl, objects, uploads, scanner, registry, log })
  releasers.defer(() => files.stop())

  const health = async () => {
    await dataSource.query('select 1')
    if (!worker.healthy()) throw new Error('the worker cannot renew its leases')
    if (!notifications.healthy()) throw new Error('the worker cannot turn events into notifications')
    if (!credits.healthy()) throw new Error('the worker cannot do what is due with credits')
    if (!locations.healthy()) throw new Error('the worker cannot do what is due with locations')
    if (!files.healthy()) throw new Error('the worker cannot do what is due with files')
    if (!registered) throw new Error('the datasets folders are being read')
  }
  const http = createHttpServer(operationsRoutes(registry, health), log)
  releasers.defer(() => http.stop())
  const httpPort = await http.start(settings.httpAddress)
  await worker.start()
  await workflows?.start()
  await notifications.start()
  await credits.start()
  await locations.start()
  await files.start()
  const expiry = watchTokenExpiry({ dataSource, log })
  releasers.defer(() => expiry.stop())

  const stopRegistering = new AbortController()
  const registration = registerDatasets(stopRegistering.signal)
  releasers.defer(async () => {
    stopRegistering.abort()
    await registration
  })
  const timeout = Promise.withResolvers<void>()
  const timer = setTimeout(timeout.resolve, REGISTRATION_WAIT_MS)
  await Promise.race([registration, timeout.promise])
  clearTimeout(timer)
  registered = true
  log.info({ httpPort, concurrency }, 'the worker is ready')

  /** Undefined where no cluster is set. A cluster that is away for now is waited for by what runs on it. */
  async function runWorkflows() {
    if (settings.containers === undefined) return undefined
    const { namespace, kubeconfig, installation, agentImage, imagePullSecret, stagingUrl } =
      settings.containers
    const containers = createKubernetesContainers({
      namespace,
      installation,
      agentImage,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(imagePullSecret === undefined ? {} : { imagePullSecret }),
      registry,
      log,
    })
    releasers.defer(() => containers.close())
    try {
      await containers.check(AbortSignal.timeout(CLUSTER_WAIT_MS))
    } catch (error) {
      log.warn({ err: error }, 'the cluster cannot run containers now')
    }
    return createWorkflowsWorker({
      dataSource,
      objects,
      scanner,
      containers,
      datasets: {
        readable: (organizationId, id) => readableDataset(dataSource, organizationId, id),
      },
      // Of it only what is released is asked for, and no address is made.
      files: createFilesService({ dataSource, objects, addressSeconds: 0 }),
      stagingUrl,
      stagingKey: settings.deriveKey('staging'),
      registry,
      log,
    })
  }

  async function registerDatasets(signal: AbortSignal): Promise<void> {
    try {
      const summary = await registerFolders({
        dataSource,
        objects,
        files: createDatasetFiles({ s3: settings.s3 }),
        scratchFolder,
        folders: settings.datasetFolders,
        log,
        signal,
      })
      log.info(summary, 'the datasets folders are read')
    } catch (error) {
      if (signal.aborted) return
      log.error({ err: error }, 'reading the datasets folders failed')
    }
  }
})

function consumerOf(server: AmqpSettings | undefined, log: Logger): LocationsWorkerOptions['consumeFixes'] {
  if (server === undefined) return undefined
  return (handle) =>
    openAmqpBatchConsumer({
      server,
      namespace: server.namespace,
      name: FIX_QUEUE,
      prefetch: FIX_BATCHES,
      handle,
      log,
    })
}

function mailOf(
  mail: MailSettings | undefined,
  releasers: AsyncDisposableStack,
): NotificationsWorkerOptions['mail'] {
  if (mail === undefined) return undefined
  const { smtpUrl, from, recipientHourlyLimit } = mail
  const transport = createMailTransport({ url: smtpUrl, from })
  releasers.defer(() => transport.close())
  return { transport, from, hourlyLimit: recipientHourlyLimit }
}
