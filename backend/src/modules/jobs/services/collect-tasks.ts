import type { MadeFile, TaskReport } from './task-run.ts'

/** JSON: it is the payload of the collecting task. */
export interface CollectInput {
  readonly parameters: readonly { readonly name: string; readonly value: string }[]
  /** In the plan's order. */
  readonly tasks: readonly CollectedTask[]
}

/** A task as its collect sees it. */
export interface CollectedTask {
  readonly index: number
  readonly displayName: string
  /** As it was planned. */
  readonly payload: unknown
  /** What it left as its value; undefined or null for none. */
  readonly value: unknown
  /** Names in the input folder, of a service that collects files: those that the task left, in its order. */
  readonly files?: readonly string[]
  /** Set for a task that failed. */
  readonly error?: { readonly reason: string; readonly message: string }
}

export type CollectTasks = (input: CollectInput, report: TaskReport) => Promise<readonly MadeFile[]>
