import type { CollectTasks } from './collect-tasks.ts'
import type { GivenParameters } from './parameters.ts'
import type { PlanContext } from './plan-context.ts'
import type { MadeFile, TaskReport } from './task-run.ts'

export const PARAMETER_KINDS = [
  'STRING',
  'NUMBER',
  'ENUM',
  'DATASET',
  'CIRCLE',
  'POLYGON',
  'POSITION',
  'INTERVAL',
  'TIME',
] as const

export type ParameterKind = (typeof PARAMETER_KINDS)[number]

/** Drives validation, the form in the page, and the parameters of every protocol. */
export interface ParameterSchema {
  /** Upper case. */
  readonly name: string
  readonly description: string
  readonly kind: ParameterKind
  readonly required?: boolean
  /** What the parameter is one way to give, as "a region": of those with the same text one at least is required. */
  readonly oneOf?: string
  readonly repeated?: boolean
  /** How often a repeated one may be given. Default: as often as a request has room for. */
  readonly maxCount?: number
  /** Characters of a value. Default: what a request has room for (65,536). */
  readonly maxLength?: number
  /** Of an ENUM. */
  readonly values?: readonly string[]
  readonly defaultValue?: string
  /** Of a NUMBER. */
  readonly minimum?: number
  readonly maximum?: number
  readonly unit?: string
  /** IVOA unified content descriptor, such as "em.wl;stat.interval". */
  readonly ucd?: string
}

export interface PlannedTask {
  readonly displayName: string
  /** What run() is given; JSON. */
  readonly payload: unknown
  /** Bytes of results, at most; its share of what is collected included. */
  readonly sizeBytes: number
  /** Expected running time on an idle system. */
  readonly durationMs: number
  /** What is paid for of it, of a task that is run elsewhere. Default: its running time. */
  readonly usedSeconds?: PlannedUse
  /** Indexes in the plan of tasks that have to complete before it begins, in a service that needs all tasks. */
  readonly needs?: readonly number[]
  /** Whether its files are results of the job. Default: they are. */
  readonly publish?: boolean
}

/** Seconds that are paid for, each as often as the task uses it side by side and as its price factor says. */
export interface PlannedUse {
  readonly expected: number
  readonly atMost: number
  /** For each second of the job's execution duration, at most: what is held is no more than that comes to. */
  readonly perSecond: number
}

export interface ServiceLimits {
  readonly executionDurationMs: number
  readonly maxExecutionDurationMs: number
  /** Of one task's process. */
  readonly memoryBytes: number
  /** Of all results together. */
  readonly outputBytes: number
  /** How often a task is begun at most. */
  readonly maxAttempts: number
}

/** A registered service: code that jobs can run. */
export interface JobService {
  /** Lower case; the service in CreateJob. */
  readonly id: string
  readonly displayName: string
  readonly description: string
  readonly parameters: readonly ParameterSchema[]
  readonly limits: ServiceLimits
  /** What helps when a task exceeds them: a sentence, of its parameters. Default: to ask for a smaller region. */
  readonly askLess?: string
  /**
   * What it shows is not for everyone: this permission in the organisation is needed beside jobs.submit to plan a job,
   * and beside jobs.read to fetch its results, and its jobs are not shared.
   */
  readonly permission?: string
  /** Checks what the schema cannot, and cuts the job into tasks. Throws DomainError that names a field. */
  plan(parameters: GivenParameters, context: PlanContext): Promise<readonly PlannedTask[]>
  /** Runs one task in a process of its own; loaded there alone. Absent: its tasks are run elsewhere, by an ExternalRun. */
  loadRun?(): Promise<RunTask>
  /** A task that fails ends its job: no other can make up for it. Needed by plans in which tasks need others. */
  readonly needsAllTasks?: boolean
  /**
   * Makes the job's results of what its tasks found, as one more task after them, when one of them at least
   * completed. Absent: the files of the tasks are the results, in the plan's order.
   */
  loadCollect?(): Promise<CollectTasks>
  /** The files of the tasks are given to the collect, in its input folder. */
  readonly collectsFiles?: boolean
}

/** Whether its tasks are run elsewhere, by an ExternalRun of a worker that has one. */
export function isExternal({ loadRun }: JobService): boolean {
  return loadRun === undefined
}

/** What a task leaves behind; an array stands for files alone. */
export interface TaskResult {
  readonly files: readonly MadeFile[]
  /** For the service's collect; JSON of at most 64 KiB. */
  readonly value?: unknown
}

export type RunTask = (payload: never, report: TaskReport) => Promise<readonly MadeFile[] | TaskResult>
