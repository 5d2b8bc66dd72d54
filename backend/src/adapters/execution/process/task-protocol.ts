import type { ProducedFile } from '../../../ports/execution.ts'

/** What the worker tells a task's process, over IPC: what it may use, once, and then tasks. */
export type WorkerMessage = Configure | RunTask

export interface Configure {
  readonly kind: 'configure'
  readonly configuration: unknown
  /** Process id of the worker: without it, the task's process is to end. */
  readonly worker: number
}

export interface RunTask {
  readonly kind: 'run'
  readonly service: string
  readonly step: 'run' | 'collect'
  readonly payload: unknown
  readonly folder: string
  readonly inputFolder: string | undefined
  readonly digests: boolean
}

/** What a task's process tells the worker. */
export type TaskMessage =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'done'; readonly files: readonly ProducedFile[]; readonly value: unknown }
  | {
      readonly kind: 'failed'
      readonly reason: string
      readonly message: string
      readonly transient: boolean
    }
