import { v7 } from 'uuid'
import { PaidSubmission } from '../../../jobs/charging/paid-submission.ts'
import type { StepPayload } from '../../step-payload.ts'
import type { RunFixture } from './run-fixture.ts'
import { scriptService } from './script-service.ts'

/** Queues a run of these steps, as a plan would have made it; returns the job's id. */
export async function submitSteps(fixture: RunFixture, payloads: readonly StepPayload[]): Promise<string> {
  const id = v7()
  const { executionDurationMs, memoryBytes, outputBytes, maxAttempts } = scriptService.limits
  const submitted = await new PaidSubmission(fixture.database.dataSource).submit({
    id,
    organizationId: fixture.organizationId,
    ownerId: fixture.ownerId,
    service: scriptService.id,
    runId: '',
    parameters: [],
    requestId: undefined,
    requestHash: Buffer.alloc(32),
    phase: 'QUEUED',
    destructionTime: undefined,
    lifetimeMs: 86_400_000,
    executionDurationMs,
    memoryLimitBytes: memoryBytes,
    outputLimitBytes: outputBytes,
    maxAttempts,
    quote: {
      sizeBytes: 1n,
      durationMs: 1,
      taskCount: payloads.length,
      usedSeconds: { expected: 1n, atMost: 1_000n },
    },
    tasks: payloads.map((payload) => ({
      displayName: payload.step,
      payload,
      needs: payload.needs,
      publish: payload.publish,
    })),
    needsAllTasks: true,
    external: true,
    pendingLimit: 1_000,
    unfinishedLimit: 1_000,
  })
  if (submitted === undefined) throw new Error('the run was not queued')
  return id
}
