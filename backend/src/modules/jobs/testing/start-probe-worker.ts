import { join } from 'node:path'
import type { DataSource } from 'typeorm'
import { createProcessExecution } from '../../../adapters/execution/process/index.ts'
import { createDisabledScanner } from '../../../adapters/scanner/disabled/index.ts'
import type { Objects } from '../../../ports/objects.ts'
import { createJobsWorker } from '../index.ts'
import { silent } from './jobs-fixture.ts'
import { probeService } from './probe-service.ts'

export interface ProbeWorkerParts {
  readonly databaseUrl: string
  readonly dataSource: DataSource
  readonly objects: Objects
  /** For its scratch. */
  readonly folder: string
}

/** Runs jobs of the probe service from now on, in this process. Its end goes on the stack. */
export async function startProbeWorker(
  parts: ProbeWorkerParts,
  releasers: AsyncDisposableStack,
): Promise<void> {
  const execution = createProcessExecution({
    entry: new URL('./probe-runner.ts', import.meta.url),
    warmMemoryBytes: probeService.limits.memoryBytes,
  })
  releasers.defer(() => execution.close())
  const worker = createJobsWorker({
    databaseUrl: parts.databaseUrl,
    dataSource: parts.dataSource,
    objects: parts.objects,
    scanner: createDisabledScanner(),
    execution,
    services: [probeService],
    concurrency: 2,
    scratchFolder: join(parts.folder, 'scratch'),
    log: silent,
  })
  await worker.start()
  releasers.defer(() => worker.stop())
}
