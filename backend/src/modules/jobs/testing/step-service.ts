import type { JobService, PlannedTask } from '../services/job-service.ts'
import { checkParameters } from '../services/parameters.ts'

/**
 * A service for tests whose tasks are run elsewhere: each STEP parameter is one task, by its name, with the names of those
 * that it needs, as "d<b,c". One that begins with a dot publishes nothing.
 */
export const stepService: JobService = {
  id: 'steps',
  displayName: 'Steps',
  description: 'Is told what to do elsewhere.',
  parameters: [{ name: 'STEP', description: 'A task.', kind: 'STRING', required: true, repeated: true }],
  limits: {
    executionDurationMs: 60_000,
    maxExecutionDurationMs: 3_600_000,
    memoryBytes: 0,
    outputBytes: 1024 ** 2,
    maxAttempts: 3,
  },
  needsAllTasks: true,
  async plan(parameters) {
    return stepsOf(parameters.all('STEP').map(({ value }) => value))
  },
}

function stepsOf(steps: readonly string[]): PlannedTask[] {
  const names = steps.map((step) => step.split('<')[0] ?? '')
  return steps.map((step, index) => {
    const name = names[index] ?? ''
    const needs = step.split('<')[1]?.split(',') ?? []
    return {
      displayName: name,
      payload: { name },
      sizeBytes: 100,
      durationMs: 10,
      needs: needs.map((need) => names.indexOf(need)),
      publish: !name.startsWith('.'),
      usedSeconds: { expected: 10, atMost: 200, perSecond: 2 },
    }
  })
}

export function planSteps(steps: readonly string[]): Promise<readonly PlannedTask[]> {
  const parameters = steps.map((value) => ({ name: 'STEP', value }))
  return stepService.plan(checkParameters(stepService.parameters, parameters), {
    dataset: async () => undefined,
    maxTasks: 1000,
    signal: new AbortController().signal,
  })
}
