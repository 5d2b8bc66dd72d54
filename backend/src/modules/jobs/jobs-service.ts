import { createHash } from 'node:crypto'
import type { DataSource, EntityManager } from 'typeorm'
import { v7, validate } from 'uuid'
import { batchedRead, inTransaction } from '../../database/index.ts'
import { invalidField } from '../../errors/domain-error.ts'
import type { Objects, SignedUrl } from '../../ports/objects.ts'
import type { JobQuote, JobRecord, Parameter, ResultRecord, TaskRecord } from './job.ts'
import { moveJob } from './job-changes.ts'
import { markDeleted } from './job-deletion.ts'
import { enqueueTasks } from './job-queue.ts'
import {
  countUnfinished,
  findJob,
  findJobs,
  findRequest,
  findResult,
  insertJob,
  type JobCursor,
  type JobFilter,
  listJobs,
  listResults,
  listTasks,
  readJobs,
} from './job-store.ts'
import {
  jobAlreadyEnded,
  jobNotFound,
  jobNotPending,
  notYourJob,
  queueFull,
  requestIdReused,
  resultNotFound,
  resultUnavailable,
  tooManyTasks,
} from './jobs-errors.ts'
import { hasEnded } from './phase-transitions.ts'
import type { JobService, PlannedTask } from './services/job-service.ts'
import { checkParameters } from './services/parameters.ts'
import type { PlanDataset } from './services/plan-context.ts'
import { stopJob } from './task-endings.ts'

export interface JobsServiceOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly services: readonly JobService[]
  /** A dataset that the organisation may read, by its public identifier. */
  readonly dataset: (organizationId: string, id: string) => Promise<PlanDataset | undefined>
  readonly limits: JobLimits
}

export interface JobLimits {
  /** Jobs of one organisation that are QUEUED or EXECUTING. */
  readonly unfinishedJobs: number
  readonly tasksPerJob: number
  /** How long results are kept when the client does not say. */
  readonly lifetimeMs: number
}

export const defaultJobLimits: JobLimits = {
  unfinishedJobs: 1_000,
  tasksPerJob: 1_000,
  lifetimeMs: 30 * 86_400_000,
}

/** Who asks, in which organisation. */
export interface Actor {
  readonly organizationId: string
  readonly userId: string
  readonly displayName: string
  /** Administrators may do to any job what its owner may. */
  readonly managesJobs: boolean
}

export interface JobRequest {
  readonly service: string
  readonly parameters: readonly Parameter[]
  readonly runId: string
  readonly executionDurationMs: number | undefined
  readonly destructionTime: Date | undefined
  readonly keepPending: boolean
  readonly requestId: string | undefined
}

export interface JobWithResults {
  readonly job: JobRecord
  readonly results: readonly ResultRecord[]
}

/** Long enough to begin a download, short enough to be worth little in a log. */
const RESULT_URL_SECONDS = 600

export class JobsService {
  readonly #options: JobsServiceOptions
  readonly #read: (reference: string) => Promise<JobWithResults | undefined>

  constructor(options: JobsServiceOptions) {
    this.#options = options
    this.#read = batchedRead((references) => readJobs(options.dataSource, references))
  }

  get services(): readonly JobService[] {
    return this.#options.services
  }

  async quote(
    organizationId: string,
    service: string,
    parameters: readonly Parameter[],
    signal: AbortSignal,
  ): Promise<JobQuote> {
    return quoteOf(await this.#plan(organizationId, this.#service(service), parameters, signal))
  }

  async create(actor: Actor, request: JobRequest, signal: AbortSignal): Promise<JobWithResults> {
    const { dataSource, limits } = this.#options
    const service = this.#service(request.service)
    const requestHash = hashOf(request)
    const earlier = await this.#earlier(actor, request.requestId, requestHash)
    if (earlier !== undefined) return earlier
    const { maxExecutionDurationMs, executionDurationMs, memoryBytes, outputBytes, maxAttempts } =
      service.limits
    if ((request.executionDurationMs ?? 0) > maxExecutionDurationMs) {
      const description = `must be at most ${maxExecutionDurationMs / 1000} s for ${service.id}`
      throw invalidField('execution_duration', description)
    }
    const tasks = await this.#plan(actor.organizationId, service, request.parameters, signal)
    const job = await insertJob(dataSource, {
      id: v7(),
      organizationId: actor.organizationId,
      ownerId: actor.userId,
      service: service.id,
      runId: request.runId,
      parameters: request.parameters,
      requestId: request.requestId,
      requestHash,
      phase: request.keepPending ? 'PENDING' : 'QUEUED',
      destructionTime: request.destructionTime,
      lifetimeMs: limits.lifetimeMs,
      executionDurationMs: request.executionDurationMs ?? executionDurationMs,
      memoryLimitBytes: memoryBytes,
      outputLimitBytes: outputBytes,
      maxAttempts,
      quote: quoteOf(tasks),
      tasks: tasks.map(({ displayName, payload }) => ({ displayName, payload })),
      unfinishedLimit: limits.unfinishedJobs,
    })
    if (job !== undefined) return { job, results: [] }
    // The same request came in twice at once, and the other one was first.
    const other = await this.#earlier(actor, request.requestId, requestHash)
    if (other === undefined) throw queueFull(limits.unfinishedJobs)
    return other
  }

  async get(organizationId: string, jobId: string): Promise<JobWithResults> {
    const read = validate(jobId) ? await this.#read(`${organizationId} ${jobId}`) : undefined
    if (read === undefined) throw jobNotFound()
    return read
  }

  async list(
    filter: JobFilter,
    order: 'asc' | 'desc',
    after: JobCursor | undefined,
    pageSize: number,
  ): Promise<{ jobs: JobRecord[]; next: JobCursor | undefined }> {
    const found = await listJobs(this.#options.dataSource, filter, order, after, pageSize + 1)
    const page = found.slice(0, pageSize)
    return {
      jobs: page.map(({ job }) => job),
      next: found.length > pageSize ? page.at(-1)?.cursor : undefined,
    }
  }

  /** Those of the jobs that have not been deleted. */
  async byIds(organizationId: string, jobIds: readonly string[]): Promise<JobRecord[]> {
    return findJobs(this.#options.dataSource, organizationId, jobIds)
  }

  async run(actor: Actor, jobId: string): Promise<JobWithResults> {
    return this.#change(actor, jobId, async (manager, job) => {
      if (job.ownerId !== actor.userId) throw notYourJob("the job's owner")
      if (job.phase !== 'PENDING') throw jobNotPending(job)
      await this.#refuseFullQueue(manager, actor.organizationId)
      const queued = await moveJob(manager, job, { to: 'QUEUED' })
      await enqueueTasks(manager, job.id, [...Array(job.taskCount).keys()])
      return queued
    })
  }

  async cancel(actor: Actor, jobId: string): Promise<JobWithResults> {
    return this.#change(actor, jobId, async (manager, job) => {
      refuseStrangers(actor, job)
      if (hasEnded(job.phase)) throw jobAlreadyEnded(job)
      return stopJob(manager, job, 'ABORTED', cancelledBy(actor))
    })
  }

  async delete(actor: Actor, jobId: string): Promise<void> {
    await this.#change(actor, jobId, async (manager, job) => {
      refuseStrangers(actor, job)
      const ended = hasEnded(job.phase) ? job : await stopJob(manager, job, 'ABORTED', cancelledBy(actor))
      await markDeleted(manager, job)
      return ended
    })
  }

  async tasks(
    organizationId: string,
    jobId: string,
    afterIndex: number,
    pageSize: number,
  ): Promise<{ tasks: TaskRecord[]; next: number | undefined }> {
    const job = await this.#find(organizationId, jobId)
    const found = await listTasks(this.#options.dataSource, job.id, afterIndex, pageSize + 1)
    const page = found.slice(0, pageSize)
    return { tasks: page, next: found.length > pageSize ? page.at(-1)?.index : undefined }
  }

  async resultUrl(
    organizationId: string,
    jobId: string,
    resultName: string,
    inline: boolean,
  ): Promise<SignedUrl> {
    const job = await this.#find(organizationId, jobId)
    const result = await findResult(this.#options.dataSource, job.id, resultName)
    if (result === undefined) throw resultNotFound()
    refuseUnsafe(result)
    return this.#options.objects.signGet(result.objectKey, {
      fileName: result.fileName,
      mediaType: result.mediaType,
      disposition: inline && result.mediaType === 'image/png' ? 'inline' : 'attachment',
      lifetimeSeconds: RESULT_URL_SECONDS,
    })
  }

  #service(id: string): JobService {
    const service = this.#options.services.find((each) => each.id === id)
    if (service !== undefined) return service
    const known = this.#options.services.map((each) => each.id).join(', ')
    throw invalidField('service', `there is no service ${id}; there are ${known}`, 'SERVICE_UNKNOWN')
  }

  async #plan(
    organizationId: string,
    service: JobService,
    parameters: readonly Parameter[],
    signal: AbortSignal,
  ): Promise<readonly PlannedTask[]> {
    const { dataset, limits } = this.#options
    const tasks = await service.plan(checkParameters(service.parameters, parameters), {
      dataset: (id) => dataset(organizationId, id),
      maxTasks: limits.tasksPerJob,
      signal,
    })
    if (tasks.length > limits.tasksPerJob) throw tooManyTasks(tasks.length, limits.tasksPerJob)
    return tasks
  }

  async #earlier(
    actor: Actor,
    requestId: string | undefined,
    requestHash: Buffer,
  ): Promise<JobWithResults | undefined> {
    if (requestId === undefined) return undefined
    const { dataSource } = this.#options
    const found = await findRequest(dataSource, actor.organizationId, actor.userId, requestId)
    if (found === undefined) return undefined
    if (!found.requestHash.equals(requestHash)) throw requestIdReused(found.job.id)
    return { job: found.job, results: await this.#results(found.job) }
  }

  async #find(organizationId: string, jobId: string): Promise<JobRecord> {
    const job = validate(jobId) ? await findJob(this.#options.dataSource, organizationId, jobId) : undefined
    if (job === undefined) throw jobNotFound()
    return job
  }

  async #results(job: JobRecord): Promise<ResultRecord[]> {
    return job.phase === 'COMPLETED' ? listResults(this.#options.dataSource, job.id) : []
  }

  /** Changes a job under its lock, and answers with it as it then stands. */
  async #change(
    actor: Actor,
    jobId: string,
    change: (manager: EntityManager, job: JobRecord) => Promise<JobRecord>,
  ): Promise<JobWithResults> {
    if (!validate(jobId)) throw jobNotFound()
    const job = await inTransaction(this.#options.dataSource, async (manager) => {
      const locked = await findJob(manager, actor.organizationId, jobId, 'lock')
      if (locked === undefined) throw jobNotFound()
      return change(manager, locked)
    })
    return { job, results: await this.#results(job) }
  }

  /** Two submits at once may both pass under the limit: it bounds a queue, it is not an account. */
  async #refuseFullQueue(manager: EntityManager, organizationId: string): Promise<void> {
    const { unfinishedJobs } = this.#options.limits
    if ((await countUnfinished(manager, organizationId)) >= unfinishedJobs) throw queueFull(unfinishedJobs)
  }
}

function refuseStrangers(actor: Actor, job: JobRecord): void {
  if (job.ownerId !== actor.userId && !actor.managesJobs) {
    throw notYourJob("the job's owner, or an administrator of the organisation,")
  }
}

function refuseUnsafe(result: ResultRecord): void {
  switch (result.scanState) {
    case 'UNSCANNED':
    case 'CLEAN':
      return
    case 'PENDING':
      throw resultUnavailable('The result has not been scanned yet. Try again shortly.')
    case 'INFECTED':
      throw resultUnavailable('Malware was found in the result, and its content was deleted.')
    default: {
      const never: never = result.scanState
      throw new Error(`a result of unknown scan state ${String(never)}`)
    }
  }
}

function cancelledBy(actor: Actor) {
  return { reason: 'CANCELLED_BY_USER', message: `Cancelled by ${actor.displayName}.`, transient: false }
}

function quoteOf(tasks: readonly PlannedTask[]): JobQuote {
  return {
    sizeBytes: tasks.reduce((sum, task) => sum + BigInt(Math.ceil(task.sizeBytes)), 0n),
    durationMs: Math.ceil(tasks.reduce((sum, task) => sum + task.durationMs, 0)),
    taskCount: tasks.length,
  }
}

/** Of everything that a client asks for, so that a repeat is told from another request. */
function hashOf(request: JobRequest): Buffer {
  const content = [
    request.service,
    request.parameters.map(({ name, value }) => [name, value]),
    request.runId,
    request.executionDurationMs ?? null,
    request.destructionTime?.toISOString() ?? null,
    request.keepPending,
  ]
  return createHash('sha256').update(JSON.stringify(content)).digest()
}
