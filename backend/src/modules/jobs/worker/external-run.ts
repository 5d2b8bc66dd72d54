import type { TaskOutput } from '../job.ts'
import type { Attempt } from '../task-store.ts'

/** Runs the tasks of a service elsewhere, as in containers of a cluster: the worker only waits for their ends. */
export interface ExternalRun {
  /**
   * Begins a task, or goes on with what runs of it already: an attempt that was lost or handed back has left it so.
   *
   * @throws ExecutionFailed to fail the attempt for a reason that a user should read; after an abort whatever it likes
   */
  run(task: ExternalTask): Promise<ExternalResult>
}

export interface ExternalTask {
  readonly jobId: string
  readonly organizationId: string
  /** The user who submitted the job. */
  readonly ownerId: string
  readonly index: number
  /** From 1; the next one only after an attempt that counted as a failure: a lost or released attempt has the same. */
  readonly run: number
  /** Fences what is written for the task. */
  readonly attempt: Attempt
  /** Of the plan. */
  readonly payload: unknown
  /** Of the job's results together. */
  readonly outputLimitBytes: number
  /** What is left of the job's execution duration. */
  readonly remainingMs: number
  /** Aborted when the worker is to let go of the task, for whichever reason. */
  readonly signal: AbortSignal
  /**
   * After an abort: whether the task may go on elsewhere, so that what runs of it is to be left; false once its job has
   * ended or was suspended by the operator, so that it is to be removed. Looks into the database; true while that
   * cannot be reached.
   */
  readonly goesOn: () => Promise<boolean>
  /** [0, 1], as often as it likes. */
  readonly progress: (fraction: number) => void
  /** A line without its end, as often as it likes: what is more than a log keeps is left out. */
  readonly log: (line: string, container?: number) => void
}

export interface ExternalResult {
  /** Stored below runPrefix(), and scanned. */
  readonly outputs: readonly TaskOutput[]
  /** What is paid for, whatever the attempt's own running time. */
  readonly usedSeconds: number
  /** JSON; undefined for none. */
  readonly value?: unknown
}
