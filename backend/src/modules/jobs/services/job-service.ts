import type { PublishedFile } from '../result-store.ts'
import type { TaskOutcome } from '../task-store.ts'
import type { GivenParameters } from './parameters.ts'
import type { PlanContext } from './plan-context.ts'
import type { MadeFile, TaskReport } from './task-run.ts'

export type ParameterKind = 'STRING' | 'NUMBER' | 'ENUM' | 'DATASET' | 'CIRCLE' | 'POLYGON' | 'POSITION'

/** Drives validation, the form in the page, and the parameters of every protocol. */
export interface ParameterSchema {
  /** Upper case. */
  readonly name: string
  readonly description: string
  readonly kind: ParameterKind
  readonly required?: boolean
  readonly repeated?: boolean
  /** Of an ENUM. */
  readonly values?: readonly string[]
  readonly defaultValue?: string
  /** Of a NUMBER. */
  readonly minimum?: number
  readonly maximum?: number
  readonly unit?: string
}

export interface PlannedTask {
  readonly displayName: string
  /** What run() is given; JSON. */
  readonly payload: unknown
  /** Bytes of results, at most. */
  readonly sizeBytes: number
  /** Expected running time on an idle system. */
  readonly durationMs: number
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
  /** Checks what the schema cannot, and cuts the job into tasks. Throws DomainError that names a field. */
  plan(parameters: GivenParameters, context: PlanContext): Promise<readonly PlannedTask[]>
  /** Runs one task in a process of its own; loaded there alone. */
  loadRun(): Promise<RunTask>
  /** Chooses and orders the files to publish of the tasks that completed. */
  collect(outcomes: readonly TaskOutcome[]): readonly PublishedFile[]
}

export type RunTask = (payload: never, report: TaskReport) => Promise<readonly MadeFile[]>

/** Publishes every file of every task, in the plan's order. */
export function collectAll(outcomes: readonly TaskOutcome[]): PublishedFile[] {
  return outcomes.flatMap(({ index, outputs }) =>
    (outputs ?? []).map((output) => ({ ...output, taskIndex: index })),
  )
}
