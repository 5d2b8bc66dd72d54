import type { DataSource, EntityManager } from 'typeorm'
import type { StagedInput } from './staged-input.ts'
import type { StagingGrant } from './staging-token.ts'

type Database = Pick<DataSource | EntityManager, 'query'>

/** A container of the run that a token is for. */
export interface ContainerKey extends StagingGrant {
  readonly number: number
}

/**
 * RUNNING: at a worker. BETWEEN_WORKERS: one was lost, the next will go on with the same containers. ENDED: whatever the
 * containers of this run do is of no use any more.
 */
export type RunStanding = 'RUNNING' | 'BETWEEN_WORKERS' | 'ENDED'

/** What has to be true of a task, as `job_tasks`, for a run of it to be the present one: values $1 to $3. */
const presentRun = `job_tasks.job_id = $1 and job_tasks.index = $2 and job_tasks.failures + 1 = $3`

export async function runStanding(database: Database, grant: StagingGrant): Promise<RunStanding> {
  const [task] = await rows<{ state: string }>(
    database,
    `select state from job_tasks where ${presentRun}`,
    runValues(grant),
  )
  if (task?.state === 'RUNNING') return 'RUNNING'
  return task?.state === 'WAITING' ? 'BETWEEN_WORKERS' : 'ENDED'
}

export interface ContainerInputs {
  readonly inputs: readonly StagedInput[]
  readonly parameters: Readonly<Record<string, string>>
}

/** Undefined when the run has no such container. */
export async function containerInputs(
  database: Database,
  key: ContainerKey,
): Promise<ContainerInputs | undefined> {
  const [found] = await rows<{ inputs: StagedInput[]; parameters: Record<string, string> | null }>(
    database,
    `select workflow_containers.inputs, job_tasks.payload -> 'parameters' as parameters
     from workflow_containers join job_tasks
       on job_tasks.job_id = workflow_containers.job_id and job_tasks.index = workflow_containers.task_index
     where ${thisContainer('workflow_containers')}`,
    containerValues(key),
  )
  return found === undefined ? undefined : { inputs: found.inputs, parameters: found.parameters ?? {} }
}

/** Undefined when there is no such container, or no such input of it. */
export async function containerInput(
  database: Database,
  key: ContainerKey,
  position: number,
): Promise<StagedInput | undefined> {
  const [found] = await rows<{ input: StagedInput | null }>(
    database,
    `select inputs -> $5::int as input from workflow_containers where ${thisContainer('workflow_containers')}`,
    [...containerValues(key), position],
  )
  return found?.input ?? undefined
}

export interface RunOutputs {
  readonly sizeBytes: number
  readonly files: number
}

/**
 * What the run has left and is leaving, without one file of a container. Until the transaction ends nobody else counts
 * for the same run.
 */
export async function countOutputs(
  manager: EntityManager,
  key: ContainerKey,
  path: string,
): Promise<RunOutputs> {
  await rows(manager, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
    `staging/${key.jobId}/${key.taskIndex}/${key.run}`,
  ])
  const [sum] = await rows<{ size: string; files: number }>(
    manager,
    `select coalesce(sum(size_bytes), 0) as size, count(*)::int as files from workflow_outputs
     where job_id = $1 and task_index = $2 and run = $3 and (number, path) <> ($4, $5)`,
    [...containerValues(key), path],
  )
  return { sizeBytes: Number(sum?.size ?? 0), files: sum?.files ?? 0 }
}

export interface OutputPlace {
  readonly path: string
  readonly objectKey: string
  readonly sizeBytes: number
}

/** NO_CONTAINER, or the key of what stood under the path before. */
export type Reservation =
  | { readonly outcome: 'NO_CONTAINER' }
  | { readonly outcome: 'RESERVED'; readonly replaces: string | undefined }

/**
 * Keeps room for a file that is about to arrive, in place of what stood under its path: a row without a digest, which is
 * no output yet.
 */
export async function reserveOutput(
  manager: EntityManager,
  key: ContainerKey,
  place: OutputPlace,
): Promise<Reservation> {
  const reserved = await rows<{ before: string | null }>(
    manager,
    `with before as (
       select object_key from workflow_outputs where ${thisContainer('workflow_outputs')} and path = $5
     )
     insert into workflow_outputs as output
       (job_id, task_index, run, number, path, object_key, media_type, size_bytes, sha256)
     select job_id, task_index, run, number, $5, $6, '', $7, '' from workflow_containers
     where ${thisContainer('workflow_containers')}
     on conflict (job_id, task_index, run, number, path)
       do update set object_key = $6, media_type = '', size_bytes = $7, sha256 = ''
     returning (select object_key from before) as before`,
    [...containerValues(key), place.path, place.objectKey, place.sizeBytes],
  )
  const [row] = reserved
  return row === undefined
    ? { outcome: 'NO_CONTAINER' }
    : { outcome: 'RESERVED', replaces: row.before ?? undefined }
}

/** Makes a reservation an output; false when it is not the present one any more, or the run has ended. */
export async function completeOutput(
  database: Database,
  key: ContainerKey,
  place: OutputPlace,
  content: { readonly mediaType: string; readonly sha256: string },
): Promise<boolean> {
  const completed = await rows(
    database,
    `update workflow_outputs set media_type = $7, sha256 = $8
     where ${thisContainer('workflow_outputs')} and path = $5 and object_key = $6
       and exists (select from job_tasks where ${presentRun} and state in ('RUNNING', 'WAITING'))
     returning path`,
    [...containerValues(key), place.path, place.objectKey, content.mediaType, content.sha256],
  )
  return completed.length > 0
}

/** Gives the room back; nothing when another reservation has taken the path over. */
export async function dropReservation(
  database: Database,
  key: ContainerKey,
  { path, objectKey }: OutputPlace,
): Promise<void> {
  await rows(
    database,
    `delete from workflow_outputs where ${thisContainer('workflow_outputs')} and path = $5 and object_key = $6`,
    [...containerValues(key), path, objectKey],
  )
}

/** Of one container; the keys of what it had left. */
export async function forgetOutputs(database: Database, key: ContainerKey): Promise<string[]> {
  const forgotten = await rows<{ object_key: string }>(
    database,
    `delete from workflow_outputs where ${thisContainer('workflow_outputs')} returning object_key`,
    containerValues(key),
  )
  return forgotten.map((row) => row.object_key)
}

export interface StagingFailure {
  /** Of ContainerFailure. */
  readonly reason: string
  readonly message: string
  readonly transient: boolean
}

/** The first report stays. False when the run has no such container. */
export async function reportFailure(
  database: Database,
  key: ContainerKey,
  { reason, message, transient }: StagingFailure,
): Promise<boolean> {
  const reported = await rows(
    database,
    `update workflow_containers set
       error_message = case when error_reason is null then $6 else error_message end,
       error_transient = case when error_reason is null then $7 else error_transient end,
       error_reason = coalesce(error_reason, $5)
     where ${thisContainer('workflow_containers')} returning number`,
    [...containerValues(key), reason, message, transient],
  )
  return reported.length > 0
}

function thisContainer(table: string): string {
  return `${table}.job_id = $1 and ${table}.task_index = $2 and ${table}.run = $3 and ${table}.number = $4`
}

function runValues({ jobId, taskIndex, run }: StagingGrant): unknown[] {
  return [jobId, taskIndex, run]
}

function containerValues(key: ContainerKey): unknown[] {
  return [...runValues(key), key.number]
}

/** TypeORM answers UPDATE and DELETE with [rows, count], others with rows. */
async function rows<Row>(database: Database, sql: string, values: readonly unknown[]): Promise<Row[]> {
  const answer: unknown = await database.query(sql, [...values])
  if (!Array.isArray(answer)) return []
  const isPair = answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number'
  return (isPair ? answer[0] : answer) as Row[]
}
