import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDatasetFiles } from '../../../../adapters/dataset-files/dataset-files.ts'
import type { DatasetLocation } from '../../../../ports/dataset-files.ts'
import { ExecutionFailed } from '../../../../ports/execution.ts'
import type { Parameter } from '../../job.ts'
import type { CollectedTask } from '../collect-tasks.ts'
import type { JobService, PlannedTask } from '../job-service.ts'
import { checkParameters } from '../parameters.ts'
import type { PlanDataset } from '../plan-context.ts'
import { runSteps } from '../run-service.ts'
import type { MadeFile } from '../task-run.ts'

export interface LocalJob {
  readonly plan: readonly PlannedTask[]
  /** The job's results, with their content. */
  readonly files: readonly (MadeFile & { readonly content: Buffer })[]
  readonly log: readonly string[]
}

/** Runs a service's job as the engine would, in this process and with no limits. */
export async function runLocally(
  service: JobService,
  given: readonly (readonly [name: string, value: string])[],
  datasets: readonly PlanDataset[],
  folder: string,
): Promise<LocalJob> {
  const parameters: Parameter[] = given.map(([name, value]) => ({ name, value }))
  const plan = await service.plan(checkParameters(service.parameters, parameters), {
    dataset: async (id) => datasets.find((each) => each.id === id),
    maxTasks: 1_000,
    signal: new AbortController().signal,
  })
  const opened = createDatasetFiles({ s3: undefined })
  const run = runSteps([service], (location) => opened.open(location as DatasetLocation, { blocking: true }))
  const log: string[] = []
  const step = async (index: number, what: 'run' | 'collect', payload: unknown) => {
    const own = join(folder, `${what}-${index}`)
    await mkdir(own, { recursive: true })
    const report = { folder: own, progress: () => undefined, log: (line: string) => log.push(line) }
    const { files, value } = await run({ service: service.id, step: what, payload: asJson(payload) }, report)
    const contents = files.map(async (file) => ({
      ...file,
      content: await readFile(join(own, file.fileName)),
    }))
    return { files: await Promise.all(contents), value: asJson(value) }
  }
  const made: (MadeFile & { content: Buffer })[] = []
  const tasks: CollectedTask[] = []
  for (const [index, { displayName, payload }] of plan.entries()) {
    const task = { index, displayName, payload }
    try {
      const { files, value } = await step(index, 'run', payload)
      made.push(...files)
      tasks.push({ ...task, value })
    } catch (error) {
      if (!(error instanceof ExecutionFailed)) throw error
      tasks.push({ ...task, value: undefined, error: { reason: error.reason, message: error.message } })
    }
  }
  if (service.loadCollect === undefined) return { plan, files: made, log }
  return { plan, files: (await step(plan.length, 'collect', { parameters, tasks })).files, log }
}

/** What is left of a value on its way through the database. */
function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
