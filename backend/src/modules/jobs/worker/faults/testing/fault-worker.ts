// A worker as a process of its own, for tests to hurt: node fault-worker.ts DATABASE_URL FOLDER
import { join } from 'node:path'
import pino from 'pino'
import { createProcessExecution } from '../../../../../adapters/execution/process/index.ts'
import { FilesystemObjects } from '../../../../../adapters/objects/filesystem.ts'
import { createDisabledScanner } from '../../../../../adapters/scanner/disabled/index.ts'
import { createDataSource } from '../../../../../database/index.ts'
import { createJobsWorker } from '../../jobs-worker.ts'
import { faultProbe } from './fault-probe.ts'

const [databaseUrl = '', folder = ''] = process.argv.slice(2)
const dataSource = await createDataSource(databaseUrl).initialize()
const worker = createJobsWorker({
  databaseUrl,
  dataSource,
  objects: new FilesystemObjects({ folder: join(folder, 'objects'), signingKey: Buffer.alloc(32, 7) }),
  scanner: createDisabledScanner(),
  execution: createProcessExecution({
    entry: new URL('./fault-runner.ts', import.meta.url),
    warmMemoryBytes: faultProbe.limits.memoryBytes,
    graceMs: 200,
    watchMs: 50,
  }),
  services: [faultProbe],
  concurrency: 2,
  scratchFolder: join(folder, 'scratch'),
  log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
  leaseMs: Number(process.env['FAULT_LEASE_MS'] ?? 2_000),
  sweepMs: 200,
})
await worker.start()
