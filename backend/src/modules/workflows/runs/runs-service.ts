import type { DataSource } from 'typeorm'
import { type Actor, isEntitled, type JobRecord, jobNotFound, readJob } from '../../jobs/index.ts'
import { WORKFLOW_SERVICE } from '../service/service-id.ts'
import { type ContainerRecord, hasTask, readContainers, readSteps, type StepRecord } from './run-store.ts'
import { stepNotFound } from './runs-errors.ts'

export interface RunRecord {
  readonly job: JobRecord
  readonly steps: readonly StepRecord[]
}

export interface ContainerPage {
  readonly containers: readonly ContainerRecord[]
  /** Number of the last; undefined on the last page. */
  readonly next: number | undefined
  /** Whether the reader is told where they ran. */
  readonly showsNodes: boolean
}

/** Jobs of the workflow service, as runs of workflows. */
export class RunsService {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  async get(organizationId: string, jobId: string): Promise<RunRecord> {
    const job = await this.job(organizationId, jobId)
    return { job, steps: await readSteps(this.#dataSource, job.id) }
  }

  /** Throws NOT_FOUND for one of another organisation, and of another service. */
  async job(organizationId: string, jobId: string): Promise<JobRecord> {
    const job = await readJob(this.#dataSource, organizationId, jobId)
    if (job.service !== WORKFLOW_SERVICE) throw jobNotFound()
    return job
  }

  /** @param afterNumber -1 for the first page */
  async containers(
    actor: Actor,
    jobId: string,
    task: number,
    afterNumber: number,
    pageSize: number,
  ): Promise<ContainerPage> {
    const job = await this.job(actor.organizationId, jobId)
    const found = await readContainers(this.#dataSource, job.id, task, afterNumber, pageSize + 1)
    if (found.length === 0 && !(await hasTask(this.#dataSource, job.id, task))) throw stepNotFound(task)
    const containers = found.slice(0, pageSize)
    const next = found.length > pageSize ? containers.at(-1)?.number : undefined
    return { containers, next, showsNodes: isEntitled(actor, job) }
  }
}
