import type { ContainerKey, ContainerState } from '../../../ports/containers.ts'
import { type Database, rows } from '../sql.ts'
import type { StagedInput } from '../staging/staged-input.ts'
import { isOpen } from './open-containers.ts'
import { heldValues, isHeld, keyValues, ofRun, type RunOfStep } from './run-of-step.ts'
import { notifyWorkflow } from './workflow-notice.ts'

/** A container as it is to be. */
export interface NewContainer {
  /** Beside those that every container of the step is given. */
  readonly inputs: readonly StagedInput[]
  /** Names of files of the input that is fanned out over; empty for none. */
  readonly over: string
}

/** What is known of the containers of a run. */
export interface ContainersOfRun {
  /** 0: the run has not been prepared yet. */
  readonly count: number
  /** Numbers of those that have completed. */
  readonly completed: ReadonlySet<number>
  /** The first that failed. */
  readonly failure: ContainerError | undefined
}

export interface ContainerError {
  readonly number: number
  readonly reason: string
  readonly message: string
  readonly transient: boolean
}

/** Writes the containers of a run, all of them or, when the attempt has lost its task, none. */
export async function insertContainers(
  database: Database,
  run: RunOfStep,
  shared: readonly StagedInput[],
  containers: readonly NewContainer[],
): Promise<void> {
  await rows(
    database,
    `with inserted as (
       insert into workflow_containers (job_id, task_index, run, number, inputs, over, input_bytes)
       select $1::uuid, $2::int, $3::int, container.position - 1, $6::jsonb || (container.body -> 'inputs'),
         container.body ->> 'over', $9::bigint + (container.body ->> 'inputBytes')::bigint
       from jsonb_array_elements($7::jsonb) with ordinality as container (body, position)
       where ${isHeld}
       on conflict do nothing
       returning number
     )
     select ${notifyWorkflow('$8', '$1::uuid')} from inserted limit 1`,
    [
      ...heldValues(run),
      JSON.stringify(shared),
      JSON.stringify(containers.map((each) => ({ ...each, inputBytes: sizeOf(each.inputs) }))),
      run.organizationId,
      sizeOf(shared),
    ],
  )
}

function sizeOf(inputs: readonly StagedInput[]): number {
  return inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

/**
 * Begins a run anew of which something was stopped, as when the operator had suspended its job. All of its containers
 * begin again, since a cluster runs them as one; what they had left is forgotten.
 */
export async function resumeContainers(database: Database, run: RunOfStep): Promise<void> {
  await rows(
    database,
    `with resumed as (
       update workflow_containers set state = 'WAITING', node = '', start_time = null, end_time = null,
         exit_code = null, error_reason = null, error_message = null, error_transient = null
       where ${ofRun('workflow_containers')} and ${isHeld} and exists (
         select from workflow_containers as stopped where ${ofRun('stopped')} and stopped.state = 'CANCELLED')
       returning job_id, task_index, run, number
     )
     delete from workflow_outputs using resumed
     where ${ofRun('workflow_outputs')} and workflow_outputs.number = resumed.number`,
    heldValues(run),
  )
}

export async function containersOfRun(database: Database, key: ContainerKey): Promise<ContainersOfRun> {
  const found = await rows<{
    number: number
    state: ContainerState
    error_reason: string | null
    error_message: string | null
    error_transient: boolean | null
  }>(
    database,
    `select number, state, error_reason, error_message, error_transient
     from workflow_containers where ${ofRun('workflow_containers')} order by number`,
    keyValues(key),
  )
  const failed = found.find(({ state }) => state === 'FAILED')
  return {
    count: found.length,
    completed: new Set(found.flatMap(({ number, state }) => (state === 'COMPLETED' ? [number] : []))),
    failure:
      failed?.error_reason == null
        ? undefined
        : {
            number: failed.number,
            reason: failed.error_reason,
            message: failed.error_message ?? '',
            transient: failed.error_transient ?? false,
          },
  }
}

/** Up to when lines of the run's containers were taken; undefined when none were. */
export async function logsUntil(database: Database, key: ContainerKey): Promise<Date | undefined> {
  const [found] = await rows<{ logs_until: Date | null }>(
    database,
    `select logs_until from workflow_step_runs where ${ofRun('workflow_step_runs')}`,
    keyValues(key),
  )
  return found?.logs_until ?? undefined
}

/** Seconds for which the containers of a run ran, together, times the price factor of their environment. */
export async function usedSeconds(database: Database, key: ContainerKey): Promise<number> {
  const [found] = await rows<{ seconds: number }>(
    database,
    `select task_used_seconds($1::uuid, $2::int, $3::int, null) as seconds`,
    keyValues(key),
  )
  return found?.seconds ?? 0
}

/** Notes of a run that is over, whoever holds its task now, that nothing of it runs any more. */
export async function closeContainers(
  database: Database,
  key: ContainerKey,
  organizationId: string,
): Promise<void> {
  await rows(
    database,
    `with closed as (
       update workflow_containers set state = 'CANCELLED',
         end_time = case when start_time is null then null else coalesce(end_time, greatest(start_time, now())) end
       where ${ofRun('workflow_containers')} and ${isOpen}
       returning number
     ), silenced as (
       update workflow_step_runs set waiting_message = ''
       where ${ofRun('workflow_step_runs')} and waiting_message <> ''
     )
     select ${notifyWorkflow('$4', '$1::uuid')} from closed limit 1`,
    [...keyValues(key), organizationId],
  )
}

/** Forgets what the containers of a run have left; the content is deleted apart from it. */
export async function deleteOutputs(database: Database, key: ContainerKey): Promise<void> {
  await rows(database, `delete from workflow_outputs where ${ofRun('workflow_outputs')}`, keyValues(key))
}

/** A file that a container has left, whole. */
export interface CollectedOutput {
  readonly number: number
  /** Relative to /out, with "/". */
  readonly path: string
  readonly objectKey: string
  readonly mediaType: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** By the numbers of the containers, and by path. */
export async function collectedOutputs(database: Database, key: ContainerKey): Promise<CollectedOutput[]> {
  const found = await rows<{
    number: number
    path: string
    object_key: string
    media_type: string
    size_bytes: string
    sha256: string
  }>(
    database,
    // Without a digest it is on its way, or broke off.
    `select number, path, object_key, media_type, size_bytes, sha256 from workflow_outputs
     where ${ofRun('workflow_outputs')} and sha256 <> '' order by number, path`,
    keyValues(key),
  )
  return found.map((row) => ({
    number: row.number,
    path: row.path,
    objectKey: row.object_key,
    mediaType: row.media_type,
    sizeBytes: Number(row.size_bytes),
    sha256: row.sha256,
  }))
}
