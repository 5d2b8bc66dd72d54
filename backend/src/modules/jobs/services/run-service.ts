import type { JobService, RunTask } from './job-service.ts'
import type { MadeFile, TaskReport } from './task-run.ts'

/** Runs tasks by their service's id, in the process that it is called in. */
export function runService(
  services: readonly JobService[],
  openDataset: TaskReport['openDataset'],
): (
  service: string,
  payload: unknown,
  report: Omit<TaskReport, 'openDataset'>,
) => Promise<readonly MadeFile[]> {
  const loaded = new Map<string, Promise<RunTask>>()
  const load = (id: string): Promise<RunTask> => {
    const service = services.find((each) => each.id === id)
    if (service === undefined) throw new Error(`there is no service ${id}`)
    const run = loaded.get(id) ?? service.loadRun()
    loaded.set(id, run)
    return run
  }
  // Loaded ahead, so that the first task need not wait for it.
  for (const { id } of services) void load(id)
  return async (service, payload, report) => {
    const run = await load(service)
    return run(payload as never, { ...report, openDataset })
  }
}
