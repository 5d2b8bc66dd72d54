import { setTimeout } from 'node:timers/promises'
import type { JobService } from '../../../backend/src/modules/jobs/services/job-service.ts'

/** A service whose tasks do nothing, or wait: each of its COUNT tasks for MS milliseconds. It collects nothing. */
export const idleService: JobService = {
  id: 'idle',
  displayName: 'Idle',
  description: 'Does nothing, many times.',
  parameters: [
    { name: 'COUNT', description: 'Number of tasks.', kind: 'NUMBER', required: true, minimum: 1 },
    { name: 'MS', description: 'What each of them waits.', kind: 'NUMBER', required: true, minimum: 0 },
  ],
  limits: {
    executionDurationMs: 3_600_000,
    maxExecutionDurationMs: 3_600_000,
    memoryBytes: 256 * 1024 ** 2,
    outputBytes: 1024 ** 2,
    maxAttempts: 1,
  },
  async plan(parameters) {
    const count = parameters.number('COUNT') ?? 0
    const ms = parameters.number('MS') ?? 0
    return Array.from({ length: count }, (_, index) => ({
      displayName: `idle ${index}`,
      payload: { ms },
      sizeBytes: 0,
      durationMs: ms,
    }))
  },
  loadRun: async () => async (payload: { readonly ms: number }) => {
    if (payload.ms > 0) await setTimeout(payload.ms)
    return { files: [], value: payload.ms }
  },
  loadCollect: async () => async () => [],
}
