import type { DatasetLocation } from '../../../ports/dataset-files.ts'

/** A file that a container finds below /in: an element of workflow_containers.inputs, and so plain JSON. */
export interface StagedInput {
  /** Relative to /in: the name of the input, "/", and a name that is unique in it. By the rules of isFilePath. */
  readonly path: string
  readonly sizeBytes: number
  /** Lower-case hexadecimal; undefined where nobody has computed it yet, as of most datasets. */
  readonly sha256?: string | undefined
  readonly source: StagedSource
}

export type StagedSource =
  /** In the object store: a released file, or an output of an earlier step. */
  | { readonly kind: 'object'; readonly key: string }
  | { readonly kind: 'dataset'; readonly location: DatasetLocation }
