import { v7 } from 'uuid'
import { insertJob, type NewJob } from '../job-store.ts'
import { checkParameters } from '../services/parameters.ts'
import type { JobsFixture } from './jobs-fixture.ts'
import { probeService } from './probe-service.ts'

/** Queues a probe job without the service's rules in between; returns its id. */
export async function submitProbe(
  fixture: JobsFixture,
  acts: readonly string[],
  limits: Partial<typeof probeService.limits> = {},
  more: Partial<NewJob> = {},
): Promise<string> {
  const parameters = acts.map((value) => ({ name: 'ACT', value }))
  const tasks = await probeService.plan(checkParameters(probeService.parameters, parameters), {
    dataset: async () => undefined,
    maxTasks: 1000,
    signal: new AbortController().signal,
  })
  const id = more.id ?? v7()
  const { executionDurationMs, memoryBytes, outputBytes, maxAttempts } = { ...probeService.limits, ...limits }
  await insertJob(fixture.database.dataSource, {
    id,
    organizationId: fixture.organizationId,
    ownerId: fixture.ownerId,
    service: 'probe',
    runId: '',
    parameters,
    requestId: undefined,
    requestHash: Buffer.alloc(32),
    phase: 'QUEUED',
    destructionTime: undefined,
    lifetimeMs: 86_400_000,
    executionDurationMs,
    memoryLimitBytes: memoryBytes,
    outputLimitBytes: outputBytes,
    maxAttempts,
    quote: { sizeBytes: 1n, durationMs: 1, taskCount: tasks.length },
    tasks: tasks.map(({ displayName, payload }) => ({ displayName, payload })),
    pendingLimit: 1_000,
    unfinishedLimit: 1_000,
    ...more,
  })
  return id
}
