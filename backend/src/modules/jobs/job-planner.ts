import { invalidField } from '../../errors/domain-error.ts'
import { checkNeeds } from './check-needs.ts'
import type { JobQuote, Parameter } from './job.ts'
import { quoteOf } from './job-quote.ts'
import { permissionNeeded, tooManyTasks } from './jobs-errors.ts'
import type { JobService, ParameterSchema, PlannedTask } from './services/job-service.ts'
import { checkParameters, missingParameters } from './services/parameters.ts'
import type { PlanDataset, PlanLocations, PlanWorkflows } from './services/plan-context.ts'

export interface JobPlannerOptions {
  readonly services: readonly JobService[]
  /** A dataset that the organisation may read, by its public identifier. */
  readonly dataset: (organizationId: string, id: string) => Promise<PlanDataset | undefined>
  /** Absent: locations cannot be looked at. */
  readonly locations?: ((organizationId: string) => PlanLocations) | undefined
  /** Absent: workflows cannot be run. */
  readonly workflows?: ((organizationId: string) => PlanWorkflows) | undefined
  readonly tasksPerJob: number
}

/** Who is to run the job, where. */
export interface Submitter {
  readonly organizationId: string
  readonly permissions: ReadonlySet<string>
}

/** What a job is to be made of; no tasks while parameters that it needs are yet to come. */
export interface Plan {
  readonly tasks: readonly PlannedTask[]
  readonly quote: JobQuote
}

const unplanned: Plan = { tasks: [], quote: { sizeBytes: 0n, durationMs: 0, taskCount: 0 } }

/** Cuts jobs into tasks by the rules of their services. */
export class JobPlanner {
  readonly #options: JobPlannerOptions

  constructor(options: JobPlannerOptions) {
    this.#options = options
  }

  get services(): readonly JobService[] {
    return this.#options.services
  }

  service(id: string): JobService {
    const service = this.services.find((each) => each.id === id)
    if (service !== undefined) return service
    const known = this.services.map((each) => each.id).join(', ')
    throw invalidField('service', `there is no service ${id}; there are ${known}`, 'SERVICE_UNKNOWN')
  }

  /**
   * Throws INVALID_ARGUMENT that names what is wrong or missing.
   *
   * @param executionDurationMs of the job
   */
  async plan(
    submitter: Submitter,
    service: JobService,
    parameters: readonly Parameter[],
    executionDurationMs: number,
    signal: AbortSignal,
  ): Promise<Plan> {
    refuseUnpermitted(submitter, service)
    const { organizationId } = submitter
    const { dataset, locations, workflows, tasksPerJob } = this.#options
    const tasks = await service.plan(checkParameters(service.parameters, parameters), {
      dataset: (id) => dataset(organizationId, id),
      locations: locations?.(organizationId),
      workflows: workflows?.(organizationId),
      maxTasks: tasksPerJob,
      signal,
    })
    if (tasks.length > tasksPerJob) throw tooManyTasks(tasks.length, tasksPerJob)
    checkNeeds(service, tasks)
    // One that collects is a task too.
    const more = service.loadCollect === undefined ? 0 : 1
    return { tasks, quote: quoteOf(tasks, executionDurationMs, more) }
  }

  /** As plan(); but what lacks required parameters is not planned yet, only checked as far as it is given. */
  async planWhenComplete(
    submitter: Submitter,
    service: JobService,
    parameters: readonly Parameter[],
    executionDurationMs: number,
    signal: AbortSignal,
  ): Promise<Plan> {
    refuseUnpermitted(submitter, service)
    if (missingParameters(service.parameters, parameters).length === 0) {
      return this.plan(submitter, service, parameters, executionDurationMs, signal)
    }
    checkParameters(service.parameters.map(withoutNeed), parameters)
    return unplanned
  }
}

function refuseUnpermitted({ permissions }: Submitter, { id, permission }: JobService): void {
  if (permission !== undefined && !permissions.has(permission)) throw permissionNeeded(id, permission)
}

function withoutNeed({ oneOf: _, ...schema }: ParameterSchema): ParameterSchema {
  return { ...schema, required: false }
}
