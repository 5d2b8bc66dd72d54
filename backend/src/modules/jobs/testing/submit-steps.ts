import { quoteOf } from '../job-quote.ts'
import type { NewJob } from '../job-store.ts'
import type { JobsFixture } from './jobs-fixture.ts'
import { planSteps, stepService } from './step-service.ts'
import { submitProbe } from './submit-probe.ts'

/** Queues a job of tasks that need each other and are run elsewhere; returns its id. */
export async function submitSteps(
  fixture: JobsFixture,
  steps: readonly string[],
  more: Partial<NewJob> = {},
): Promise<string> {
  const tasks = await planSteps(steps)
  const { limits } = stepService
  return submitProbe(fixture, ['write a'], limits, {
    service: stepService.id,
    parameters: steps.map((value) => ({ name: 'STEP', value })),
    tasks,
    quote: quoteOf(tasks, limits.executionDurationMs),
    needsAllTasks: true,
    external: true,
    ...more,
  })
}
