import type { Charge } from '../credits/index.ts'
import type { Phase } from './phase-transitions.ts'

/*
 * Glossary.
 * job        what a member asked for: a service with parameters, in one UWS phase at a time
 * task       one piece of a job's plan, run by one worker at a time
 * attempt    a worker's try at a task; its number fences off every earlier one
 * run        of a task that is run elsewhere: what attempts go on with until one of them fails
 * kept       of a task: completed in the job that this one is a retry of
 * lease      the time until which a worker owns a running task, renewed by heartbeat
 * result     a file that the finished job offers
 * stencil    the region that a result was cut out by, as given (SODA section 3)
 * event      one entry of a job's history, numbered without gaps
 * charge     what a job was promised to cost at most, holds, and pays in the end; a job without one is free
 */

export interface Parameter {
  readonly name: string
  readonly value: string
}

export interface JobError {
  /** Stable, UPPER_SNAKE_CASE. */
  readonly reason: string
  /** What happened, and the way out. */
  readonly message: string
  /** Whether the same job might succeed when run again. */
  readonly transient: boolean
}

/** Why a job is HELD or SUSPENDED. */
export interface PhaseNote {
  /** Stable, UPPER_SNAKE_CASE. */
  readonly reason: string
  /** What happened, and the way out. */
  readonly message: string
  /** Whether the job's owner may run it again while it is HELD. */
  readonly ownerMayRun: boolean
}

export interface JobRecord {
  readonly id: string
  readonly organizationId: string
  readonly ownerId: string
  readonly service: string
  readonly runId: string
  readonly parameters: readonly Parameter[]
  readonly phase: Phase
  readonly version: bigint
  readonly lastSequence: bigint
  /** [0, 1] */
  readonly progress: number
  readonly createTime: Date
  readonly queueTime: Date | undefined
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
  readonly destructionTime: Date
  readonly executionDurationMs: number
  readonly memoryLimitBytes: bigint
  readonly outputLimitBytes: bigint
  readonly quote: JobQuote
  readonly error: JobError | undefined
  /** Set in phases HELD and SUSPENDED. */
  readonly phaseNote: PhaseNote | undefined
  readonly taskCount: number
  readonly tasksCompleted: number
  readonly tasksFailed: number
  /** A task that fails ends it. */
  readonly needsAllTasks: boolean
  /** Its tasks are run elsewhere, as in containers. */
  readonly external: boolean
  /** The job whose failed tasks this one runs again. */
  readonly retryOf: string | undefined
  /** Undefined of a job that is free. */
  readonly charge: JobCharge | undefined
}

/** WAITING: nothing is set aside yet, and the job is HELD until it is. HELD: set aside. SETTLED: paid or released, once. */
export type ChargeState = 'WAITING' | 'HELD' | 'SETTLED'

export interface JobCharge extends Charge {
  readonly state: ChargeState
  /** What was paid in the end; 0 before. */
  readonly captured: bigint
  /** Of the ledger, that paid; undefined when nothing was paid. */
  readonly transactionId: string | undefined
  /** For people: why a job that did not complete pays what it does; empty for nothing to say. */
  readonly note: string
}

export interface JobQuote {
  /** Bytes of results, at most. */
  readonly sizeBytes: bigint
  /** Expected running time on an idle system. */
  readonly durationMs: number
  readonly taskCount: number
  /** Undefined of a job that pays for the running time of its tasks. */
  readonly usedSeconds?: QuotedUse | undefined
}

/** Seconds that a job pays for. */
export interface QuotedUse {
  readonly expected: bigint
  readonly atMost: bigint
}

export type TaskState = 'BLOCKED' | 'WAITING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

export interface TaskRecord {
  readonly jobId: string
  readonly index: number
  readonly displayName: string
  readonly state: TaskState
  readonly attempt: number
  /** [0, 1] */
  readonly progress: number
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
  readonly error: JobError | undefined
  /** Attempts that did not complete the task, the oldest first; the latest 20. */
  readonly failedAttempts: readonly FailedAttempt[]
  /** Of a task that waits after a failed attempt: not tried again before. */
  readonly retryTime: Date | undefined
  /** Indexes of tasks that have to complete before. */
  readonly needs: readonly number[]
}

export interface FailedAttempt {
  /** From 1. */
  readonly number: number
  readonly startTime: Date
  readonly endTime: Date
  readonly exit: JobError
}

export type ScanState = 'UNSCANNED' | 'PENDING' | 'CLEAN' | 'INFECTED'

/** A file that an attempt of a task made and stored, not yet published. */
export interface TaskOutput {
  readonly fileName: string
  readonly mediaType: string
  readonly sizeBytes: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
  readonly scanState: ScanState
  readonly sourceId: string
  readonly stencil: string
  readonly objectKey: string
}

export interface ResultRecord extends TaskOutput {
  /** Unique in the job: the last segment of the result's resource name. */
  readonly name: string
  readonly taskIndex: number
}

export interface LogText {
  /** -1 for the job as a whole. */
  readonly task: number
  readonly text: string
  /** Of a task that is run in containers: the number of the one that wrote it. */
  readonly container?: number
}

export type JobEventBody =
  | {
      readonly kind: 'phase'
      readonly payload: { readonly phase: Phase; readonly error?: JobError; readonly note?: PhaseNote }
    }
  | { readonly kind: 'progress'; readonly payload: { readonly progress: number } }
  | { readonly kind: 'log'; readonly payload: LogText }
  | { readonly kind: 'result'; readonly payload: ResultRecord }

export type JobEventRecord = JobEventBody & { readonly sequence: bigint; readonly time: Date }

/** Where the files of one attempt are stored; nothing but that attempt writes there. */
export function attemptPrefix(jobId: string, index: number, attempt: number): string {
  return `${jobPrefix(jobId)}${index}-${attempt}/`
}

/**
 * Where the files of one run of a task that is run elsewhere are stored. Attempts that are lost or handed back leave them
 * to the next one of the same run; they are removed when the run has failed.
 */
export function runPrefix(jobId: string, index: number, run: number): string {
  return `${jobPrefix(jobId)}${index}-r${run}/`
}

/** Where the files of a task are stored that were taken over from the job that this one is a retry of. */
export function keptPrefix(jobId: string, index: number): string {
  return `${jobPrefix(jobId)}${index}-kept/`
}

export function jobPrefix(jobId: string): string {
  return `jobs/${jobId}/`
}
