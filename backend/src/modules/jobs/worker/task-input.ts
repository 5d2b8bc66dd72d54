import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DataSource } from 'typeorm'
import type { Objects } from '../../../ports/objects.ts'
import type { ClaimedTask } from '../queue/claim-tasks.ts'
import type { CollectInput } from '../services/collect-tasks.ts'
import { rows } from '../sql.ts'
import { taskOutcomes } from '../task-store.ts'

/**
 * Writes what a service's tasks are to read, in the worker: a task's process has no database and no secret. The worker
 * has one for each service that needs it.
 */
export interface TaskInput {
  /** Rejects with ExecutionFailed to fail the attempt for a reason that a user should read. */
  write(order: InputOrder): Promise<void>
}

/** A task whose input is to be written. */
export interface InputOrder {
  readonly jobId: string
  readonly organizationId: string
  /** The user who submitted the job. */
  readonly ownerId: string
  readonly step: 'run' | 'collect'
  /** As the task's process is given it: of the plan, or a CollectInput. */
  readonly payload: unknown
  /** The task's input folder. For a service that collects files, those of its tasks are there. */
  readonly folder: string
  /** Aborted when the task is to stop. */
  readonly signal: AbortSignal
}

/** @returns undefined for a job that is gone */
export async function inputOrder(
  dataSource: DataSource,
  { jobId, organizationId, collect }: ClaimedTask,
  payload: unknown,
  folder: string,
  signal: AbortSignal,
): Promise<InputOrder | undefined> {
  const [job] = await rows<{ owner_id: string }>(dataSource, 'select owner_id from jobs where id = $1', [
    jobId,
  ])
  if (job === undefined) return undefined
  const step = collect ? 'collect' : 'run'
  return { jobId, organizationId, ownerId: job.owner_id, step, payload, folder, signal }
}

/** Fetches what the tasks of a job left into a folder; returns the collect's input with the files' names there. */
export async function fetchTaskFiles(
  stores: { readonly dataSource: DataSource; readonly objects: Objects },
  { jobId }: ClaimedTask,
  input: CollectInput,
  folder: string,
  signal: AbortSignal,
): Promise<CollectInput> {
  const files = new Map<number, string[]>()
  for (const { index, outputs } of await taskOutcomes(stores.dataSource, jobId)) {
    const names: string[] = []
    for (const { fileName, objectKey } of outputs ?? []) {
      const name = `${index}-${fileName}`
      await pipeline(await stores.objects.get(objectKey), createWriteStream(join(folder, name)), { signal })
      names.push(name)
    }
    files.set(index, names)
  }
  return { ...input, tasks: input.tasks.map((task) => ({ ...task, files: files.get(task.index) ?? [] })) }
}
