/** A dataset that the organisation may read, as far as planning needs it. */
export interface PlanDataset {
  /** The value of the ID parameter. */
  readonly id: string
  /** JSON for the task's process, which opens the file by it. */
  readonly location: unknown
  /** Index of the image HDU in the file. */
  readonly hdu: number
  /** The HDU's cards of 80 characters. */
  readonly header: readonly string[]
  /** NAXIS1, NAXIS2, ... */
  readonly axes: readonly number[]
  readonly bitpix: number
  /** Why the file cannot be read at present; undefined when it can. */
  readonly unavailableReason: string | undefined
}

export interface PlanContext {
  /** Undefined for a dataset that is unknown to the organisation. */
  readonly dataset: (id: string) => Promise<PlanDataset | undefined>
  /** A longer plan is refused; one that would be far longer need not be made first. */
  readonly maxTasks: number
  /** Someone waits for the one result: what would come beside it, such as a picture, is left out. */
  readonly immediate?: boolean
  /** Aborted when nobody waits for the plan any more. */
  readonly signal: AbortSignal
}
