import type { ContainerState } from '../../../ports/containers.ts'
import { isOpen } from '../running/index.ts'
import { type Database, rows } from '../sql.ts'
import type { ContainerCounts, TaskState } from './step-state.ts'

export interface StepError {
  readonly reason: string
  readonly message: string
  readonly transient: boolean
}

/** Of containers, as far as was measured. */
export interface Use {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMemoryBytes: number
  readonly inputBytes: number
  readonly outputBytes: number
}

export interface StepRecord {
  readonly index: number
  readonly name: string
  /** Indexes. */
  readonly needs: readonly number[]
  /** Of the workflow's version, or of the algorithm that runs alone. */
  readonly workflow: string
  readonly algorithm: string
  /** Slug. */
  readonly environment: string
  readonly state: TaskState
  readonly kept: boolean
  readonly attempts: number
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
  readonly error: StepError | undefined
  /** Of the latest run. */
  readonly containers: ContainerCounts
  /** Of the run that it is in or goes on with; all 0 when that has not begun. */
  readonly current: ContainerCounts
  readonly waitingMessage: string
  /** Of all runs. */
  readonly use: Use
}

interface StepRow {
  index: number
  name: string | null
  needs: number[]
  workflow: string | null
  algorithm: string | null
  environment: string | null
  state: TaskState
  kept: boolean
  attempt: number
  start_time: Date | null
  end_time: Date | null
  error_reason: string | null
  error_message: string | null
  error_transient: boolean | null
  is_current: boolean | null
  total: number | null
  waiting: number | null
  starting: number | null
  running: number | null
  collecting: number | null
  completed: number | null
  failed: number | null
  seconds: number
  cpu_seconds: number
  peak_memory_bytes: string
  input_bytes: string
  output_bytes: string
  waiting_message: string | null
}

const none: ContainerCounts = {
  total: 0,
  waiting: 0,
  starting: 0,
  running: 0,
  collecting: 0,
  completed: 0,
  failed: 0,
}

/** For how long a container has run, as SQL over its row. */
const runningSeconds = `case when start_time is not null then
  greatest(0, extract(epoch from coalesce(end_time, now()) - start_time)) else 0 end`

/** The steps of a job, by their tasks' indexes. */
export async function readSteps(database: Database, jobId: string): Promise<StepRecord[]> {
  const found = await rows<StepRow>(
    database,
    `with runs as (
       select task_index, run, count(*)::int as total,
         ${(
           ['WAITING', 'STARTING', 'RUNNING', 'COLLECTING', 'COMPLETED', 'FAILED'] satisfies ContainerState[]
         )
           .map((state) => `count(*) filter (where state = '${state}')::int as ${state.toLowerCase()}`)
           .join(', ')},
         sum(${runningSeconds})::double precision as seconds,
         coalesce(sum(cpu_seconds), 0)::double precision as cpu_seconds,
         coalesce(max(peak_memory_bytes), 0) as peak_memory_bytes, sum(input_bytes) as input_bytes
       from workflow_containers where job_id = $1 group by task_index, run
     ), latest as (
       select distinct on (task_index) * from runs order by task_index, run desc
     ), used as (
       select task_index, sum(seconds) as seconds, sum(cpu_seconds) as cpu_seconds,
         max(peak_memory_bytes) as peak_memory_bytes, sum(input_bytes) as input_bytes
       from runs group by task_index
     ), made as (
       select task_index, sum(size_bytes) as output_bytes
       from workflow_outputs where job_id = $1 and sha256 <> '' group by task_index
     )
     select job_tasks.index, job_tasks.payload ->> 'step' as name, job_tasks.needs,
       job_tasks.payload ->> 'workflow' as workflow, job_tasks.payload ->> 'algorithm' as algorithm,
       job_tasks.payload ->> 'environment' as environment, job_tasks.state, job_tasks.kept, job_tasks.attempt,
       job_tasks.start_time, job_tasks.end_time, job_tasks.error_reason, job_tasks.error_message,
       job_tasks.error_transient, latest.run = job_tasks.failures + 1 as is_current,
       latest.total, latest.waiting, latest.starting, latest.running, latest.collecting, latest.completed,
       latest.failed, coalesce(used.seconds, 0) as seconds, coalesce(used.cpu_seconds, 0) as cpu_seconds,
       coalesce(used.peak_memory_bytes, 0) as peak_memory_bytes, coalesce(used.input_bytes, 0) as input_bytes,
       coalesce(made.output_bytes, 0) as output_bytes, workflow_step_runs.waiting_message
     from job_tasks
       left join latest on latest.task_index = job_tasks.index
       left join used on used.task_index = job_tasks.index
       left join made on made.task_index = job_tasks.index
       left join workflow_step_runs on workflow_step_runs.job_id = job_tasks.job_id
         and workflow_step_runs.task_index = job_tasks.index and workflow_step_runs.run = job_tasks.failures + 1
     where job_tasks.job_id = $1 and not job_tasks.collect
     order by job_tasks.index`,
    [jobId],
  )
  return found.map(stepOf)
}

function stepOf(row: StepRow): StepRecord {
  const containers: ContainerCounts =
    row.total === null
      ? none
      : {
          total: row.total,
          waiting: row.waiting ?? 0,
          starting: row.starting ?? 0,
          running: row.running ?? 0,
          collecting: row.collecting ?? 0,
          completed: row.completed ?? 0,
          failed: row.failed ?? 0,
        }
  return {
    index: row.index,
    name: row.name ?? '',
    needs: row.needs,
    workflow: row.workflow ?? '',
    algorithm: row.algorithm ?? '',
    environment: row.environment ?? '',
    state: row.state,
    kept: row.kept,
    attempts: row.attempt,
    startTime: row.start_time ?? undefined,
    endTime: row.end_time ?? undefined,
    error: errorOf(row),
    containers,
    current: row.is_current === true ? containers : none,
    waitingMessage: row.waiting_message ?? '',
    use: {
      seconds: row.seconds,
      cpuSeconds: row.cpu_seconds,
      peakMemoryBytes: Number(row.peak_memory_bytes),
      inputBytes: Number(row.input_bytes),
      outputBytes: Number(row.output_bytes),
    },
  }
}

interface ErrorColumns {
  readonly error_reason: string | null
  readonly error_message: string | null
  readonly error_transient: boolean | null
}

function errorOf(row: ErrorColumns): StepError | undefined {
  if (row.error_reason === null) return undefined
  return {
    reason: row.error_reason,
    message: row.error_message ?? '',
    transient: row.error_transient ?? false,
  }
}

export interface ContainerRecord {
  /** From 0. */
  readonly number: number
  readonly state: ContainerState
  readonly over: string
  readonly node: string
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
  readonly exitCode: number | undefined
  readonly error: StepError | undefined
  readonly use: Use
}

interface ContainerRow extends ErrorColumns {
  number: number
  state: ContainerState
  over: string
  node: string
  start_time: Date | null
  end_time: Date | null
  exit_code: number | null
  seconds: number
  cpu_seconds: number | null
  peak_memory_bytes: string | null
  input_bytes: string
  output_bytes: string
}

/** Of the latest run of a step, by their numbers. */
export async function readContainers(
  database: Database,
  jobId: string,
  taskIndex: number,
  afterNumber: number,
  limit: number,
): Promise<ContainerRecord[]> {
  const found = await rows<ContainerRow>(
    database,
    `select number, case when ${isOpen} and (
         select job_tasks.state in ('FAILED', 'CANCELLED') from job_tasks
         where job_tasks.job_id = $1 and job_tasks.index = $2
       ) then 'CANCELLED' else state end as state,
       over, node, start_time, end_time, exit_code, error_reason, error_message, error_transient,
       (${runningSeconds})::double precision as seconds, cpu_seconds, peak_memory_bytes, input_bytes,
       (select coalesce(sum(size_bytes), 0) from workflow_outputs as made
        where made.job_id = container.job_id and made.task_index = container.task_index
          and made.run = container.run and made.number = container.number and sha256 <> '') as output_bytes
     from workflow_containers as container
     where job_id = $1 and task_index = $2 and number > $3 and run = (
       select max(run) from workflow_containers as others where others.job_id = $1 and others.task_index = $2)
     order by number limit $4`,
    [jobId, taskIndex, afterNumber, limit],
  )
  return found.map((row) => ({
    number: row.number,
    state: row.state,
    over: row.over,
    node: row.node,
    startTime: row.start_time ?? undefined,
    endTime: row.end_time ?? undefined,
    exitCode: row.exit_code ?? undefined,
    error: errorOf(row),
    use: {
      seconds: row.seconds,
      cpuSeconds: row.cpu_seconds ?? 0,
      peakMemoryBytes: Number(row.peak_memory_bytes ?? 0),
      inputBytes: Number(row.input_bytes),
      outputBytes: Number(row.output_bytes),
    },
  }))
}

export async function hasTask(database: Database, jobId: string, taskIndex: number): Promise<boolean> {
  const found = await rows(database, `select index from job_tasks where job_id = $1 and index = $2`, [
    jobId,
    taskIndex,
  ])
  return found.length > 0
}
