import type { ByteSource } from '../../../fits/index.ts'

/** A file that a task leaves in its folder, and what it was made from. */
export interface MadeFile {
  /** No separators: it stands in the task's folder itself. */
  readonly fileName: string
  readonly mediaType: string
  /** The dataset's ID, as given. */
  readonly sourceId: string
  /** The region, as given; empty when there was none. */
  readonly stencil: string
}

/** What a running task is given beside its payload. */
export interface TaskReport {
  /** An empty folder of its own: the only place it may write to. */
  readonly folder: string
  /** To read from: what the worker had written for this task, where the service has an input. */
  readonly inputFolder?: string | undefined
  /** [0, 1] */
  readonly progress: (fraction: number) => void
  readonly log: (line: string) => void
  readonly openDataset: (location: unknown) => Promise<ByteSource>
}
