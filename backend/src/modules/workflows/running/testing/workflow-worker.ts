// A worker that runs steps, as a process of its own, for tests to kill: node workflow-worker.ts SETTINGS
import { join } from 'node:path'
import pino from 'pino'
import { createProcessExecution } from '../../../../adapters/execution/process/index.ts'
import { createObjects } from '../../../../adapters/objects/create-objects.ts'
import { createDisabledScanner } from '../../../../adapters/scanner/disabled/index.ts'
import { createDataSource } from '../../../../database/index.ts'
import { createJobsWorker } from '../../../jobs/index.ts'
import { createWorkflowsWorker } from '../../create-workflows-worker.ts'
import { scriptService } from './script-service.ts'
import { ScriptedContainers } from './scripted-containers.ts'
import type { WorkerSettings } from './workflow-workers.ts'

const settings: WorkerSettings = JSON.parse(process.argv[2] ?? '')
const { databaseUrl, folder, cluster, stagingUrl, stagingKey } = settings
const dataSource = await createDataSource(databaseUrl).initialize()
const { objects } = createObjects(
  { kind: 'filesystem', folder: join(folder, 'objects') },
  Buffer.alloc(32, 1),
)
const scanner = createDisabledScanner()
const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
const workflows = createWorkflowsWorker({
  dataSource,
  objects,
  scanner,
  containers: new ScriptedContainers(cluster),
  stagingUrl,
  stagingKey: Buffer.from(stagingKey, 'hex'),
  datasets: { readable: async () => undefined },
  files: {
    released: async () => {
      throw new Error('there are no files')
    },
  },
  log,
  reconcileMs: 500,
})
const worker = createJobsWorker({
  databaseUrl,
  dataSource,
  objects,
  scanner,
  execution: createProcessExecution({ entry: new URL('../../../../task-runner.ts', import.meta.url) }),
  services: [scriptService],
  externalRuns: workflows.externalRuns,
  concurrency: 1,
  scratchFolder: join(folder, 'scratch'),
  log,
  leaseMs: 1_500,
  sweepMs: 200,
})
await worker.start()
await workflows.start()
