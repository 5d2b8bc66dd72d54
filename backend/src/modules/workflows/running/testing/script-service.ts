import type { JobService } from '../../../jobs/index.ts'

/** Stands for the service of workflows: its tasks are what a test says, and are run in containers. */
export const scriptService: JobService = {
  id: 'workflow',
  displayName: 'Workflow',
  description: 'Steps that a test gives.',
  parameters: [],
  limits: {
    executionDurationMs: 120_000,
    maxExecutionDurationMs: 600_000,
    memoryBytes: 2 ** 28,
    outputBytes: 2 ** 20,
    maxAttempts: 3,
  },
  needsAllTasks: true,
  plan: async () => [],
}
