import type { DataSource, EntityManager } from 'typeorm'
import { changeJob } from '../change-job.ts'
import type { JobError, JobRecord } from '../job.ts'
import { stopJob } from '../job-endings.ts'
import type { JobLimits } from '../job-limits.ts'
import { wakeWorkers } from '../job-queue.ts'
import { jobAlreadyEnded, jobNotFound, organizationNotFound, workerNotFound } from '../jobs-errors.ts'
import type { JobOrganization, Organizations } from '../organizations.ts'
import { hasEnded, type Phase } from '../phase-transitions.ts'
import { holdJob, releaseJob } from './job-holds.ts'
import {
  type LoadRecord,
  listRunningTasks,
  noLoad,
  type OwnLimits,
  type RunningTaskCursor,
  type RunningTaskRecord,
  readLoads,
  readOwnLimits,
  writeOwnLimits,
} from './operations-store.ts'
import { listUnfinishedJobs, type UnfinishedCursor } from './unfinished-store.ts'
import { listWorkers, setWorkerState, type WorkerRecord, type WorkerState } from './worker-store.ts'

export interface JobOperationsOptions {
  readonly dataSource: DataSource
  readonly organizations: Organizations
  readonly limits: JobLimits
}

/** An organisation's load, with the limits that it is held to. */
export interface OrganizationLoad extends LoadRecord {
  readonly organization: JobOrganization
  readonly limits: Pick<JobLimits, 'unfinishedJobs' | 'executingJobs' | 'runningTasks'>
  readonly ownLimits: boolean
}

export interface PlacedTask extends RunningTaskRecord {
  readonly organization: JobOrganization
}

export interface PlacedJob {
  readonly job: JobRecord
  readonly organization: JobOrganization
}

/** What the operator sees of everybody's jobs, and may do to them: neither their parameters nor their logs. */
export class JobOperations {
  readonly #options: JobOperationsOptions

  constructor(options: JobOperationsOptions) {
    this.#options = options
  }

  async runningTasks(
    slug: string | undefined,
    worker: string | undefined,
    after: RunningTaskCursor | undefined,
    pageSize: number,
  ): Promise<{ tasks: PlacedTask[]; next: RunningTaskCursor | undefined }> {
    const { dataSource, organizations } = this.#options
    const organizationId = slug === undefined ? undefined : (await this.#organization(slug)).id
    const found = await listRunningTasks(dataSource, { organizationId, worker }, after, pageSize + 1)
    const page = found.slice(0, pageSize)
    const ids = new Set(page.map(({ task }) => task.organizationId))
    const places = await organizations.organizationsByIds([...ids])
    return {
      tasks: page.flatMap(({ task }) => {
        const organization = places.get(task.organizationId)
        return organization === undefined ? [] : [{ ...task, organization }]
      }),
      next: found.length > pageSize ? page.at(-1)?.cursor : undefined,
    }
  }

  async unfinishedJobs(
    slug: string | undefined,
    phases: readonly Phase[],
    after: UnfinishedCursor | undefined,
    pageSize: number,
  ): Promise<{ jobs: PlacedJob[]; next: UnfinishedCursor | undefined }> {
    const { dataSource, organizations } = this.#options
    const organizationId = slug === undefined ? undefined : (await this.#organization(slug)).id
    const found = await listUnfinishedJobs(dataSource, { organizationId, phases }, after, pageSize + 1)
    const page = found.slice(0, pageSize)
    const ids = new Set(page.map(({ job }) => job.organizationId))
    const places = await organizations.organizationsByIds([...ids])
    return {
      jobs: page.flatMap(({ job }) => {
        const organization = places.get(job.organizationId)
        return organization === undefined ? [] : [{ job, organization }]
      }),
      next: found.length > pageSize ? page.at(-1)?.cursor : undefined,
    }
  }

  /** Of every organisation, by slug. */
  async loads(
    afterSlug: string,
    pageSize: number,
  ): Promise<{ loads: OrganizationLoad[]; next: string | undefined }> {
    const found = await this.#options.organizations.organizationsAfter(afterSlug, pageSize + 1)
    const page = found.slice(0, pageSize)
    return {
      loads: await this.#loadsOf(page),
      next: found.length > pageSize ? page.at(-1)?.slug : undefined,
    }
  }

  async setLimits(slug: string, limits: OwnLimits): Promise<OrganizationLoad> {
    const organization = await this.#organization(slug)
    const { dataSource } = this.#options
    await writeOwnLimits(dataSource, organization.id, limits)
    // What waited for room under a lower limit.
    await wakeWorkers(dataSource)
    const [load] = await this.#loadsOf([organization])
    if (load === undefined) throw new Error(`no load of organisation ${organization.id}`)
    return load
  }

  async workers(): Promise<WorkerRecord[]> {
    return listWorkers(this.#options.dataSource)
  }

  async setWorker(worker: string, state: WorkerState): Promise<WorkerRecord> {
    const changed = await setWorkerState(this.#options.dataSource, worker, state)
    if (changed === undefined) throw workerNotFound()
    return changed
  }

  async abort(slug: string, jobId: string, reason: string, actorId: string): Promise<void> {
    const error: JobError = {
      reason: 'ABORTED_BY_OPERATOR',
      message: `The operator aborted the job: ${reason}`,
      transient: false,
    }
    await this.#change(slug, jobId, (manager, job) => {
      if (hasEnded(job.phase)) throw jobAlreadyEnded(job)
      return stopJob(manager, job, 'ABORTED', error, actorId)
    })
  }

  async hold(slug: string, jobId: string, reason: string, actorId: string): Promise<void> {
    await this.#change(slug, jobId, (manager, job) => holdJob(manager, job, reason, actorId))
  }

  async release(slug: string, jobId: string): Promise<void> {
    await this.#change(slug, jobId, releaseJob)
  }

  async #change(
    slug: string,
    jobId: string,
    change: (manager: EntityManager, job: JobRecord) => Promise<JobRecord>,
  ): Promise<void> {
    const organization = await this.#options.organizations.organizationBySlug(slug)
    if (organization === undefined) throw jobNotFound()
    await changeJob(this.#options.dataSource, organization.id, jobId, change)
  }

  async #organization(slug: string): Promise<JobOrganization> {
    const organization = await this.#options.organizations.organizationBySlug(slug)
    if (organization === undefined) throw organizationNotFound()
    return organization
  }

  async #loadsOf(organizations: readonly JobOrganization[]): Promise<OrganizationLoad[]> {
    const { dataSource, limits } = this.#options
    const ids = organizations.map(({ id }) => id)
    const [loads, own] = await Promise.all([readLoads(dataSource, ids), readOwnLimits(dataSource, ids)])
    return organizations.map((organization) => {
      const ownLimits = own.get(organization.id)
      return {
        ...(loads.get(organization.id) ?? noLoad),
        organization,
        limits: {
          unfinishedJobs: ownLimits?.unfinishedJobs ?? limits.unfinishedJobs,
          executingJobs: ownLimits?.executingJobs ?? limits.executingJobs,
          runningTasks: ownLimits?.runningTasks ?? limits.runningTasks,
        },
        ownLimits: ownLimits !== undefined,
      }
    })
  }
}
