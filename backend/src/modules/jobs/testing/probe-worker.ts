// A worker as a process of its own, for tests to kill: node probe-worker.ts DATABASE_URL FOLDER
import { join } from 'node:path'
import pino from 'pino'
import { createProcessExecution } from '../../../adapters/execution/process/index.ts'
import { FilesystemObjects } from '../../../adapters/objects/filesystem.ts'
import { createDisabledScanner } from '../../../adapters/scanner/disabled/index.ts'
import { createDataSource } from '../../../database/index.ts'
import { createJobsWorker } from '../worker/jobs-worker.ts'
import { probeService } from './probe-service.ts'

const [databaseUrl = '', folder = ''] = process.argv.slice(2)
const dataSource = await createDataSource(databaseUrl).initialize()
const worker = createJobsWorker({
  databaseUrl,
  dataSource,
  objects: new FilesystemObjects({ folder: join(folder, 'objects'), signingKey: Buffer.alloc(32, 7) }),
  scanner: createDisabledScanner(),
  execution: createProcessExecution({
    entry: new URL('./probe-runner.ts', import.meta.url),
    warmMemoryBytes: probeService.limits.memoryBytes,
  }),
  services: [probeService],
  concurrency: 2,
  scratchFolder: join(folder, 'scratch'),
  log: pino({ level: 'silent' }),
  leaseMs: 1_500,
  sweepMs: 200,
})
await worker.start()
