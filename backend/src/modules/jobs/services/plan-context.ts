import type { PlannedTask } from './job-service.ts'
import type { GivenParameters } from './parameters.ts'

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

/** What planning may know of an organisation's locations: no position, and nobody by name. */
export interface PlanLocations {
  /** Undefined for a purpose that the organisation does not have. */
  purpose(slug: string): Promise<{ readonly id: string } | undefined>
  /** Slugs, in their order. */
  purposes(): Promise<readonly string[]>
  /** How many persons a consent in force to the purpose covers in some part of the window. */
  coveredPersons(purposeId: string, start: Date, end: Date): Promise<number>
  /** An estimate, for each UTC day from that of `start` on, until `end`. */
  fixesByDay(start: Date, end: Date): Promise<readonly number[]>
}

/** Plans runs of an organisation's workflows: what they are made of is known where they are registered. */
export interface PlanWorkflows {
  /** Throws DomainError that names a field. */
  plan(parameters: GivenParameters, context: PlanContext): Promise<readonly PlannedTask[]>
}

export interface PlanContext {
  /** Undefined for a dataset that is unknown to the organisation. */
  readonly dataset: (id: string) => Promise<PlanDataset | undefined>
  /** Undefined where locations cannot be looked at, as by what runs without a job. */
  readonly locations?: PlanLocations | undefined
  /** Undefined where containers cannot be run for it, as by what runs without a job. */
  readonly workflows?: PlanWorkflows | undefined
  /** A longer plan is refused; one that would be far longer need not be made first. */
  readonly maxTasks: number
  /** Someone waits for the one result: what would come beside it, such as a picture, is left out. */
  readonly immediate?: boolean
  /** Aborted when nobody waits for the plan any more. */
  readonly signal: AbortSignal
}
