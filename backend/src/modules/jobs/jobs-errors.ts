import { DomainError, invalidField } from '../../errors/domain-error.ts'
import type { JobRecord } from './job.ts'

/** Another organisation's job and one that never was are the same to the caller. */
export const jobNotFound = () =>
  new DomainError('NOT_FOUND', 'JOB_NOT_FOUND', 'There is no such job in this organisation.')

export const resultNotFound = () =>
  new DomainError('NOT_FOUND', 'RESULT_NOT_FOUND', 'The job has no such result.')

export const jobAlreadyEnded = (job: JobRecord) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'JOB_ALREADY_ENDED',
    `The job has already ended: it is ${job.phase}.`,
    { metadata: { phase: job.phase } },
  )

export const jobNotPending = (job: JobRecord) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'JOB_NOT_PENDING',
    `Only a PENDING job can be run, and this one is ${job.phase}. To do the same again, create another job.`,
    { metadata: { phase: job.phase } },
  )

export const notYourJob = (what: string) =>
  new DomainError('PERMISSION_DENIED', 'NOT_JOB_OWNER', `Only ${what} may do this.`)

export const requestIdReused = (jobId: string) =>
  new DomainError(
    'ALREADY_EXISTS',
    'REQUEST_ID_REUSED',
    'The request_id was used for another job with other content. Use a new one for a new job.',
    { metadata: { job: jobId } },
  )

export const queueFull = (limit: number) =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'QUEUED_JOBS_LIMIT',
    `The organisation has ${limit} jobs queued or running, which is its limit. Wait for some to end, or cancel some.`,
    { metadata: { limit: String(limit) } },
  )

export const tooManyTasks = (tasks: number, limit: number) =>
  invalidField(
    'parameters',
    `these make ${tasks} tasks, one for each ID and region; a job may have ${limit}. Split them over several jobs.`,
    'TOO_MANY_TASKS',
  )

export const resultUnavailable = (why: string) =>
  new DomainError('FAILED_PRECONDITION', 'RESULT_UNAVAILABLE', why)

/** Changes were missed while the database could not be reached: what follows would have a hole. */
export const watchInterrupted = () =>
  new DomainError(
    'UNAVAILABLE',
    'WATCH_INTERRUPTED',
    'Changes may have been missed. Watch again, and list the jobs again.',
  )

export const comingSoon = () =>
  new DomainError('UNAVAILABLE', 'NOT_YET_AVAILABLE', 'This is not available yet.')
