import { createHash } from 'node:crypto'
import type { DataSource, EntityManager } from 'typeorm'
import { v7, validate } from 'uuid'
import { batchedRead } from '../../database/index.ts'
import { invalidField } from '../../errors/domain-error.ts'
import type { Objects, SignedUrl } from '../../ports/objects.ts'
import { creditsTooFew, priceOf, type QuotedPrice } from '../credits/index.ts'
import { type Actor, refuseOthers, refuseStrangers } from './actor.ts'
import { changeJob, readJob } from './change-job.ts'
import { PaidSubmission } from './charging/paid-submission.ts'
import { queueOrWait } from './charging/queue-or-wait.ts'
import { earlierRequest } from './earlier-request.ts'
import type { JobQuote, JobRecord, Parameter, ResultRecord, TaskRecord } from './job.ts'
import { alterJob } from './job-changes.ts'
import { markDeleted } from './job-deletion.ts'
import { stopJob } from './job-endings.ts'
import type { JobLimits } from './job-limits.ts'
import { JobPlanner, type Plan, type Submitter } from './job-planner.ts'
import {
  findJobs,
  findResult,
  insertJob,
  type JobCursor,
  type JobFilter,
  listJobs,
  listTasks,
  type NewJob,
  type NewTasks,
  readJobs,
  replaceTasks,
  unfinishedJobs,
} from './job-store.ts'
import { assignments, type JobUpdate } from './job-update.ts'
import {
  jobAlreadyEnded,
  jobChangedMeanwhile,
  jobHeld,
  jobNotFound,
  jobNotPending,
  jobPastPending,
  pendingFull,
  permissionNeeded,
  queueFull,
  resultNotFound,
  resultUnavailable,
} from './jobs-errors.ts'
import { hasEnded } from './phase-transitions.ts'
import { type QueuePosition, queuePosition } from './queue/queue-position.ts'
import { isExternal, type JobService } from './services/job-service.ts'
import type { PlanDataset, PlanLocations, PlanWorkflows } from './services/plan-context.ts'
import { type JobWithResults, wholeJob } from './whole-job.ts'

export interface JobsServiceOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly services: readonly JobService[]
  /** A dataset that the organisation may read, by its public identifier. */
  readonly dataset: (organizationId: string, id: string) => Promise<PlanDataset | undefined>
  readonly locations?: ((organizationId: string) => PlanLocations) | undefined
  readonly workflows?: ((organizationId: string) => PlanWorkflows) | undefined
  readonly limits: JobLimits
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

/** Long enough to begin a download, short enough to be worth little in a log. */
const RESULT_URL_SECONDS = 600

/** How often planning begins anew because the job changed meanwhile. */
const PLANNINGS_MAX = 3

export class JobsService {
  readonly #options: JobsServiceOptions
  readonly #planner: JobPlanner
  readonly #submission: PaidSubmission
  readonly #read: (reference: string) => Promise<JobWithResults | undefined>

  constructor(options: JobsServiceOptions) {
    const { dataSource, limits } = options
    this.#options = options
    this.#planner = new JobPlanner({ ...options, tasksPerJob: limits.tasksPerJob })
    this.#submission = new PaidSubmission(dataSource)
    this.#read = batchedRead((references) => readJobs(dataSource, references))
  }

  get services(): readonly JobService[] {
    return this.#options.services
  }

  async quote(
    submitter: Submitter,
    serviceId: string,
    parameters: readonly Parameter[],
    signal: AbortSignal,
  ): Promise<{ quote: JobQuote; price: QuotedPrice | undefined }> {
    const service = this.#planner.service(serviceId)
    const { executionDurationMs } = service.limits
    const { quote } = await this.#planner.plan(submitter, service, parameters, executionDurationMs, signal)
    const { organizationId } = submitter
    return { quote, price: await priceOf(this.#options.dataSource, organizationId, serviceId, quote) }
  }

  async create(actor: Actor, request: JobRequest, signal: AbortSignal): Promise<JobWithResults> {
    const { dataSource, limits } = this.#options
    const service = this.#planner.service(request.service)
    const requestHash = hashOf(request)
    const earlier = await this.#earlier(actor, request.requestId, requestHash)
    if (earlier !== undefined) return earlier
    const { memoryBytes, outputBytes } = service.limits
    const executionDurationMs = executionDuration(service, request.executionDurationMs)
    const plan = request.keepPending
      ? await this.#planner.planWhenComplete(actor, service, request.parameters, executionDurationMs, signal)
      : await this.#planner.plan(actor, service, request.parameters, executionDurationMs, signal)
    const newJob: NewJob = {
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
      executionDurationMs,
      memoryLimitBytes: memoryBytes,
      outputLimitBytes: outputBytes,
      ...newTasks(service, plan),
      pendingLimit: limits.pendingJobs,
      unfinishedLimit: limits.unfinishedJobs,
    }
    const job = request.keepPending
      ? await insertJob(dataSource, newJob)
      : await this.#submission.submit(newJob)
    if (job !== undefined) return { job, results: [], shares: [] }
    // The same request came in twice at once, and the other one was first.
    const other = await this.#earlier(actor, request.requestId, requestHash)
    if (other !== undefined) return other
    if (request.keepPending) throw pendingFull(limits.pendingJobs)
    const { limit } = await unfinishedJobs(dataSource, actor.organizationId, limits.unfinishedJobs)
    throw queueFull(limit)
  }

  async get(organizationId: string, jobId: string): Promise<JobWithResults> {
    const read = validate(jobId) ? await this.#read(`${organizationId} ${jobId}`) : undefined
    if (read === undefined) throw jobNotFound()
    return read
  }

  /** Undefined for a job that is not QUEUED. */
  async queuePosition(job: JobRecord): Promise<QueuePosition | undefined> {
    const { dataSource, limits } = this.#options
    return job.phase === 'QUEUED' ? queuePosition(dataSource, job, limits) : undefined
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

  /** Only its owner's. What is set together is set together or not at all. */
  async update(actor: Actor, jobId: string, update: JobUpdate, signal: AbortSignal): Promise<JobWithResults> {
    const { dataSource, limits } = this.#options
    const { paths } = update
    const before = await readJob(dataSource, actor.organizationId, jobId)
    refuseOthers(actor, before)
    refuseLate(before, update)
    const service = this.#planner.service(before.service)
    const durationMs = executionDuration(service, update.executionDurationMs)
    const given = paths.has('parameters') ? update.parameters : before.parameters
    const plannedForMs = paths.has('execution_duration') ? durationMs : before.executionDurationMs
    const plan = plansAnew(before, paths)
      ? await this.#planner.planWhenComplete(actor, service, given, plannedForMs, signal)
      : undefined
    return this.#change(actor, jobId, async (manager, job) => {
      refuseLate(job, update)
      if (plan !== undefined && job.phase === 'PENDING') {
        if (!paths.has('parameters') && job.version !== before.version) throw jobChangedMeanwhile()
        await replaceTasks(manager, job.id, newTasks(service, plan))
      }
      const { set, values } = assignments(update, durationMs, limits.lifetimeMs)
      return alterJob(manager, job.id, set, values)
    })
  }

  /** Queues a job that is PENDING, or HELD for a reason that its owner may lift; plans it if that was left for later. */
  async run(actor: Actor, jobId: string, signal: AbortSignal): Promise<JobWithResults> {
    const { dataSource } = this.#options
    for (let planning = 0; planning < PLANNINGS_MAX; planning++) {
      const before = await readJob(dataSource, actor.organizationId, jobId)
      refuseOthers(actor, before)
      refuseToRun(before)
      const service = this.#planner.service(before.service)
      const plan =
        before.taskCount > 0
          ? undefined
          : await this.#planner.plan(actor, service, before.parameters, before.executionDurationMs, signal)
      const ran = await changeJob(dataSource, actor.organizationId, jobId, async (manager, job) => {
        refuseToRun(job)
        if (job.taskCount === 0 && (plan === undefined || job.version !== before.version)) return undefined
        await this.#refuseFullQueue(manager, job)
        const planned =
          plan === undefined ? job : await replaceTasks(manager, job.id, newTasks(service, plan))
        const queued = await queueOrWait(manager, planned, actor.userId)
        if (job.phase === 'HELD' && queued.phase === 'HELD') {
          throw creditsTooFew(queued.phaseNote?.message ?? '')
        }
        return queued
      })
      if (ran !== undefined) return wholeJob(dataSource, ran)
    }
    throw jobChangedMeanwhile()
  }

  async cancel(actor: Actor, jobId: string): Promise<JobWithResults> {
    return this.#change(actor, jobId, async (manager, job) => {
      refuseStrangers(actor, job)
      if (hasEnded(job.phase)) throw jobAlreadyEnded(job)
      return stopJob(manager, job, 'ABORTED', cancelledBy(actor), actor.userId)
    })
  }

  async delete(actor: Actor, jobId: string): Promise<void> {
    await changeJob(this.#options.dataSource, actor.organizationId, jobId, async (manager, job) => {
      refuseStrangers(actor, job)
      if (!hasEnded(job.phase)) await stopJob(manager, job, 'ABORTED', cancelledBy(actor), actor.userId)
      await markDeleted(manager, job)
    })
  }

  async tasks(
    organizationId: string,
    jobId: string,
    afterIndex: number,
    pageSize: number,
  ): Promise<{ tasks: TaskRecord[]; next: number | undefined }> {
    const job = await readJob(this.#options.dataSource, organizationId, jobId)
    const found = await listTasks(this.#options.dataSource, job.id, afterIndex, pageSize + 1)
    const page = found.slice(0, pageSize)
    return { tasks: page, next: found.length > pageSize ? page.at(-1)?.index : undefined }
  }

  async resultUrl(reader: Submitter, jobId: string, resultName: string, inline: boolean): Promise<SignedUrl> {
    const job = await readJob(this.#options.dataSource, reader.organizationId, jobId)
    refuseReader(
      reader,
      this.services.find(({ id }) => id === job.service),
    )
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

  async #earlier(
    actor: Actor,
    requestId: string | undefined,
    requestHash: Buffer,
  ): Promise<JobWithResults | undefined> {
    const { dataSource } = this.#options
    const job = await earlierRequest(dataSource, actor, requestId, requestHash)
    return job === undefined ? undefined : wholeJob(dataSource, job)
  }

  /** Changes a job under its lock, and answers with it as it then stands. */
  async #change(
    actor: Actor,
    jobId: string,
    change: (manager: EntityManager, job: JobRecord) => Promise<JobRecord>,
  ): Promise<JobWithResults> {
    const { dataSource } = this.#options
    return wholeJob(dataSource, await changeJob(dataSource, actor.organizationId, jobId, change))
  }

  /** Two submits at once may both pass under the limit: it bounds a queue, it is not an account. */
  async #refuseFullQueue(manager: EntityManager, job: JobRecord): Promise<void> {
    // A held job counts already.
    if (job.phase === 'HELD') return
    const { count, limit } = await unfinishedJobs(
      manager,
      job.organizationId,
      this.#options.limits.unfinishedJobs,
    )
    if (count >= limit) throw queueFull(limit)
  }
}

function newTasks(service: JobService, { tasks, quote }: Plan): NewTasks {
  return {
    quote,
    tasks: tasks.map(({ displayName, payload, needs, publish }) => ({
      displayName,
      payload,
      needs,
      publish,
    })),
    maxAttempts: service.limits.maxAttempts,
    collects: service.loadCollect !== undefined,
    needsAllTasks: service.needsAllTasks === true,
    external: isExternal(service),
  }
}

/** With other parameters, or where what is held depends on how long the job may run. */
function plansAnew({ phase, quote }: JobRecord, paths: JobUpdate['paths']): boolean {
  if (paths.has('parameters')) return true
  return paths.has('execution_duration') && phase === 'PENDING' && quote.usedSeconds !== undefined
}

function refuseToRun(job: JobRecord): void {
  if (job.phase === 'HELD' && job.phaseNote?.ownerMayRun !== true) throw jobHeld(job)
  if (job.phase !== 'PENDING' && job.phase !== 'HELD') throw jobNotPending(job)
}

/** What can no longer be set of a job in its phase. */
function refuseLate(job: JobRecord, { paths }: JobUpdate): void {
  for (const path of ['parameters', 'run_id'] as const) {
    if (paths.has(path) && job.phase !== 'PENDING') throw jobPastPending(job, path)
  }
  if (paths.has('execution_duration') && hasEnded(job.phase)) throw jobAlreadyEnded(job)
}

/** Of a job that asks for so long: undefined means the service's default, 0 its maximum. */
function executionDuration({ id, limits }: JobService, askedMs: number | undefined): number {
  if (askedMs === undefined) return limits.executionDurationMs
  if (askedMs === 0) return limits.maxExecutionDurationMs
  if (askedMs <= limits.maxExecutionDurationMs) return Math.ceil(askedMs)
  throw invalidField(
    'execution_duration',
    `must be at most ${limits.maxExecutionDurationMs / 1000} s for ${id}`,
  )
}

function refuseReader({ permissions }: Submitter, service: JobService | undefined): void {
  if (service?.permission === undefined || permissions.has(service.permission)) return
  throw permissionNeeded(service.id, service.permission)
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
