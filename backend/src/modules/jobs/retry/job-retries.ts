import { createHash } from 'node:crypto'
import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { DomainError } from '../../../errors/domain-error.ts'
import { ObjectNotFound, type Objects } from '../../../ports/objects.ts'
import { type Actor, refuseOthers } from '../actor.ts'
import { readJob } from '../change-job.ts'
import { PaidSubmission } from '../charging/paid-submission.ts'
import { earlierRequest } from '../earlier-request.ts'
import { type JobRecord, jobPrefix, keptPrefix, type TaskOutput } from '../job.ts'
import type { JobLimits } from '../job-limits.ts'
import { enqueueCleanUp } from '../job-queue.ts'
import { type EstimatedTask, quoteOf } from '../job-quote.ts'
import { type NewJob, unfinishedJobs } from '../job-store.ts'
import { jobNotRetryable, queueFull } from '../jobs-errors.ts'
import type { JobService } from '../services/job-service.ts'
import { type JobWithResults, wholeJob } from '../whole-job.ts'
import { type RetriedTask, retriedTasks } from './retried-tasks.ts'

export interface JobRetriesOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly services: readonly JobService[]
  readonly limits: JobLimits
}

/** What only the service knows of its jobs. */
export interface RetryOrder {
  readonly requestId: string | undefined
  /** What a task that is to run again is expected to take. Throws DomainError for one that may not, as when it was revoked. */
  estimate(task: RetriedTask): Promise<EstimatedTask>
  /**
   * Copies the files of tasks that are kept below their keptPrefix() in the new job, and answers with what they are then,
   * by the index of the task. Throws ObjectNotFound when one is gone.
   */
  copy(
    newJobId: string,
    kept: readonly KeptTask[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, readonly TaskOutput[]>>
  /** Writes what else there is to be of the new job, in the transaction that writes it. */
  inserted?(manager: EntityManager, newJobId: string, kept: readonly KeptTask[]): Promise<void>
}

export interface KeptTask extends RetriedTask {
  readonly outputs: readonly TaskOutput[]
}

/** By then nobody copies any more into a job that was never made. */
const LEFTOVERS_MS = 3_600_000
/** Of tasks, in the line that tells of those that are kept. */
const NAMES_MAX = 20

/**
 * Tries jobs again that have ended without completing: a new job of the same kind, in which the tasks that had completed
 * keep what they made. It costs what is left to run.
 */
export class JobRetries {
  readonly #options: JobRetriesOptions
  readonly #submission: PaidSubmission

  constructor(options: JobRetriesOptions) {
    this.#options = options
    this.#submission = new PaidSubmission(options.dataSource)
  }

  /** Only its owner's. The same request_id makes one job. */
  async retry(actor: Actor, jobId: string, order: RetryOrder, signal: AbortSignal): Promise<JobWithResults> {
    const { dataSource, objects, limits } = this.#options
    const job = await readJob(dataSource, actor.organizationId, jobId)
    refuseOthers(actor, job)
    const requestHash = createHash('sha256')
      .update(JSON.stringify(['retry', job.id]))
      .digest()
    const earlier = () => earlierRequest(dataSource, actor, order.requestId, requestHash)
    const made = await earlier()
    if (made !== undefined) return wholeJob(dataSource, made)
    const service = this.#serviceOf(job)
    const tasks = await retriedTasks(dataSource, job.id)
    refuseToRetry(job, tasks)
    const estimates: EstimatedTask[] = []
    for (const task of tasks) if (task.outputs === undefined) estimates.push(await order.estimate(task))
    await this.#refuseFullQueue(actor)

    const id = v7()
    const kept = tasks.filter(isKept)
    try {
      const copies = await this.#copy(id, kept, order, signal)
      const newJob: NewJob = {
        id,
        organizationId: job.organizationId,
        ownerId: actor.userId,
        service: job.service,
        runId: job.runId,
        parameters: job.parameters,
        requestId: order.requestId,
        requestHash,
        phase: 'QUEUED',
        retryOf: job.id,
        lines: linesOf(job, kept),
        destructionTime: undefined,
        lifetimeMs: limits.lifetimeMs,
        executionDurationMs: job.executionDurationMs,
        memoryLimitBytes: Number(job.memoryLimitBytes),
        outputLimitBytes: Number(job.outputLimitBytes),
        quote: quoteOf(estimates, job.executionDurationMs),
        tasks: tasks.map(({ index, displayName, payload, needs, publish }) => ({
          displayName,
          payload,
          needs,
          publish,
          kept: copies.get(index),
        })),
        maxAttempts: service.limits.maxAttempts,
        needsAllTasks: job.needsAllTasks,
        external: job.external,
        pendingLimit: limits.pendingJobs,
        unfinishedLimit: limits.unfinishedJobs,
      }
      const inserted = await this.#submission.submit(newJob, async (manager) => {
        await order.inserted?.(manager, id, kept)
      })
      if (inserted !== undefined) return { job: inserted, results: [], shares: [] }
    } catch (error) {
      // Of a COMMIT without an answer nobody knows whether it has made the job: the clean-up does, in an hour.
      if (error instanceof DomainError) await objects.deletePrefix(jobPrefix(id))
      throw error
    }
    await objects.deletePrefix(jobPrefix(id))
    // The same request came in twice at once, and the other one was first.
    const other = await earlier()
    if (other !== undefined) return wholeJob(dataSource, other)
    const { limit } = await unfinishedJobs(dataSource, actor.organizationId, limits.unfinishedJobs)
    throw queueFull(limit)
  }

  #serviceOf(job: JobRecord): JobService {
    const service = this.#options.services.find(({ id }) => id === job.service)
    if (service === undefined || service.loadCollect !== undefined || !job.needsAllTasks) {
      throw jobNotRetryable(
        'JOB_NOT_RETRYABLE',
        `Jobs of ${job.service} are not tried again: create another job.`,
      )
    }
    return service
  }

  async #copy(
    id: string,
    kept: readonly KeptTask[],
    order: RetryOrder,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, readonly TaskOutput[]>> {
    if (kept.length === 0) return new Map()
    // Whoever copies may be killed meanwhile.
    await enqueueCleanUp(this.#options.dataSource, id, LEFTOVERS_MS)
    try {
      const copies = await order.copy(id, kept, signal)
      for (const { index } of kept) checkCopies(id, index, copies.get(index))
      return copies
    } catch (error) {
      await this.#options.objects.deletePrefix(jobPrefix(id))
      if (error instanceof ObjectNotFound) throw resultsDeleted()
      throw error
    }
  }

  /** Before anything is copied; the insertion looks again. */
  async #refuseFullQueue({ organizationId }: Actor): Promise<void> {
    const { dataSource, limits } = this.#options
    const { count, limit } = await unfinishedJobs(dataSource, organizationId, limits.unfinishedJobs)
    if (count >= limit) throw queueFull(limit)
  }
}

function isKept(task: RetriedTask): task is KeptTask {
  return task.outputs !== undefined
}

function refuseToRetry(job: JobRecord, tasks: readonly RetriedTask[]): void {
  switch (job.phase) {
    case 'ERROR':
    case 'ABORTED':
      break
    case 'ARCHIVED':
      throw resultsDeleted()
    case 'COMPLETED':
      throw jobNotRetryable('JOB_COMPLETED', 'The job has completed: there is nothing to try again.')
    default:
      throw jobNotRetryable(
        'JOB_NOT_ENDED',
        `Only a job that has ended is tried again, and this one is ${job.phase}.`,
      )
  }
  if (tasks.some(({ outputs }) => outputs === undefined)) return
  throw jobNotRetryable(
    'NOTHING_TO_RETRY',
    'No task of the job is left to be tried again. Create another job.',
  )
}

function resultsDeleted(): DomainError {
  return jobNotRetryable(
    'RESULTS_DELETED',
    'What the completed tasks of the job made is deleted. Create another job, which runs them again.',
  )
}

/** What is stored elsewhere would go with another job. */
function checkCopies(jobId: string, index: number, outputs: readonly TaskOutput[] | undefined): void {
  const prefix = keptPrefix(jobId, index)
  if (outputs?.every(({ objectKey }) => objectKey.startsWith(prefix)) !== true) {
    throw new Error(`what task ${index} keeps was not copied below ${prefix}`)
  }
}

function linesOf({ id }: JobRecord, kept: readonly KeptTask[]): string[] {
  if (kept.length === 0) return [`This is another try of job ${id}, of which nothing is kept.`]
  const names = kept.slice(0, NAMES_MAX).map(({ displayName }) => displayName)
  const more = kept.length > NAMES_MAX ? ` and ${kept.length - NAMES_MAX} more` : ''
  return [`This is another try of job ${id}. What had completed is kept: ${names.join(', ')}${more}.`]
}
