// A worker of idle tasks as a process of its own: node idle-worker.ts DATABASE_URL FOLDER CONCURRENCY
import { join } from 'node:path'
import pino from 'pino'
import { createProcessExecution } from '../../../backend/src/adapters/execution/process/index.ts'
import { FilesystemObjects } from '../../../backend/src/adapters/objects/filesystem.ts'
import { createDisabledScanner } from '../../../backend/src/adapters/scanner/disabled/index.ts'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { createJobsWorker } from '../../../backend/src/modules/jobs/index.ts'
import { idleService } from './idle-service.ts'

const [databaseUrl = '', folder = '', concurrency = '1'] = process.argv.slice(2)
const dataSource = await createDataSource(databaseUrl).initialize()
const objects = new FilesystemObjects({ folder: join(folder, 'objects'), signingKey: Buffer.alloc(32, 7) })
const execution = createProcessExecution({
  entry: new URL('./idle-runner.ts', import.meta.url),
  warmMemoryBytes: idleService.limits.memoryBytes,
})
const worker = createJobsWorker({
  databaseUrl,
  dataSource,
  objects,
  scanner: createDisabledScanner(),
  execution,
  services: [idleService],
  concurrency: Number(concurrency),
  scratchFolder: join(folder, 'scratch'),
  log: pino({ level: 'warn' }),
})
await worker.start()
process.once('SIGTERM', async () => {
  await worker.stop()
  await execution.close()
  await objects.close()
  await dataSource.destroy()
  process.disconnect()
})
process.send?.('ready')
