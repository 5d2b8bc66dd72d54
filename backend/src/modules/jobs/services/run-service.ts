import type { CollectInput, CollectTasks } from './collect-tasks.ts'
import type { JobService, RunTask, TaskResult } from './job-service.ts'
import type { TaskReport } from './task-run.ts'

/** One piece of work for a task's process. */
export interface TaskOrder {
  /** Id of a registered service. */
  readonly service: string
  readonly step: 'run' | 'collect'
  /** Of the plan; a CollectInput for step collect. */
  readonly payload: unknown
}

type Step = (payload: unknown, report: TaskReport) => Promise<TaskResult>

/** Does the work of tasks by their service's id, in the process that it is called in. */
export function runSteps(
  services: readonly JobService[],
  openDataset: TaskReport['openDataset'],
): (order: TaskOrder, report: Omit<TaskReport, 'openDataset'>) => Promise<TaskResult> {
  const loaded = new Map<string, Promise<Step>>()
  const load = (id: string, step: TaskOrder['step']): Promise<Step> => {
    const service = services.find((each) => each.id === id)
    if (service === undefined) throw new Error(`there is no service ${id}`)
    const key = `${step} ${id}`
    const code = loaded.get(key) ?? loadStep(service, step)
    loaded.set(key, code)
    return code
  }
  // Loaded ahead, so that the first task need not wait for it.
  for (const { id, loadRun } of services) if (loadRun !== undefined) void load(id, 'run')
  return async ({ service, step, payload }, report) => {
    const code = await load(service, step)
    return code(payload, { ...report, openDataset })
  }
}

async function loadStep(service: JobService, step: TaskOrder['step']): Promise<Step> {
  switch (step) {
    case 'run': {
      if (service.loadRun === undefined) throw new Error(`${service.id} is not run by a process`)
      const run: RunTask = await service.loadRun()
      return async (payload, report) => {
        const result = await run(payload as never, report)
        return 'files' in result ? result : { files: result }
      }
    }
    case 'collect': {
      if (service.loadCollect === undefined) throw new Error(`${service.id} does not collect`)
      const collect: CollectTasks = await service.loadCollect()
      return async (input, report) => ({ files: await collect(input as CollectInput, report) })
    }
    default: {
      const never: never = step
      throw new Error(`a task of unknown step ${String(never)}`)
    }
  }
}
