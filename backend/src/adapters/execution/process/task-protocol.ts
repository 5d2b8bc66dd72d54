import type { ProducedFile } from '../../../ports/execution.ts'

/** What the worker tells a task's process, over IPC: what it may use, once, and then tasks. */
export type WorkerMessage = { readonly kind: 'configure'; readonly configuration: unknown } | RunTask

export interface RunTask {
  readonly kind: 'run'
  readonly service: string
  readonly payload: unknown
  readonly folder: string
}

/** What a task's process tells the worker. */
export type TaskMessage =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'done'; readonly files: readonly ProducedFile[] }
  | {
      readonly kind: 'failed'
      readonly reason: string
      readonly message: string
      readonly transient: boolean
    }
