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

export const jobPastPending = (job: JobRecord, field: string) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'JOB_NOT_PENDING',
    `${field} can be set while a job is PENDING, and this one is ${job.phase}. Create another job instead.`,
    {
      violations: [{ field, description: `can be set while the job is PENDING; it is ${job.phase}` }],
      metadata: { phase: job.phase },
    },
  )

export const jobHeld = (job: JobRecord) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'JOB_HELD',
    `The job is held, and its owner cannot lift that. ${job.phaseNote?.message ?? ''}`.trim(),
    { metadata: { phase: job.phase, heldBy: job.phaseNote?.reason ?? '' } },
  )

export const jobChangedMeanwhile = () =>
  new DomainError(
    'ABORTED',
    'CONCURRENT_CHANGE',
    'Someone else changed the same thing at the same moment. Try again.',
  )

export const notYourJob = (what: string) =>
  new DomainError('PERMISSION_DENIED', 'NOT_JOB_OWNER', `Only ${what} may do this.`)

/** Of a service whose jobs are not for every member who may submit jobs, or read their results. */
export const permissionNeeded = (service: string, permission: string) =>
  new DomainError('PERMISSION_DENIED', 'PERMISSION_MISSING', `Jobs of ${service} need ${permission}.`, {
    metadata: { permission },
  })

export const jobNotShareable = (service: string) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'JOB_NOT_SHAREABLE',
    `Jobs of ${service} are not shared: who may see them is the organisation's to say, by roles.`,
  )

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

export const pendingFull = (limit: number) =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'PENDING_JOBS_LIMIT',
    `The organisation has ${limit} PENDING jobs, which is its limit. Run or delete some.`,
    { metadata: { limit: String(limit) } },
  )

export const tooManyTasks = (tasks: number, limit: number) =>
  invalidField(
    'parameters',
    `these make ${tasks} tasks, one for each ID and region; a job may have ${limit}. Split them over several jobs.`,
    'TOO_MANY_TASKS',
  )

export const jobNotRetryable = (reason: string, message: string) =>
  new DomainError('FAILED_PRECONDITION', reason, message)

export const resultUnavailable = (why: string) =>
  new DomainError('FAILED_PRECONDITION', 'RESULT_UNAVAILABLE', why)

/** Changes were missed while the database could not be reached: what follows would have a hole. */
export const watchInterrupted = () =>
  new DomainError(
    'UNAVAILABLE',
    'WATCH_INTERRUPTED',
    'Changes may have been missed. Watch again, and list the jobs again.',
  )

/** @param anywhere whether users outside of the organisation were looked for too */
export const userNotFound = (anywhere: boolean) => {
  const description = anywhere
    ? 'nobody has this address. Who is to see the job signs in once, or is invited, first.'
    : 'no member of the organisation has this address. An administrator of the organisation can share with others too.'
  return new DomainError('NOT_FOUND', 'USER_NOT_FOUND', `email: ${description}`, {
    violations: [{ field: 'email', description }],
  })
}

export const sharesWithOwner = () =>
  invalidField('email', 'is of someone who sees the job anyway: its owner, or you.', 'SHARE_WITH_SELF')

export const sharesFull = (limit: number) =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'SHARES_LIMIT',
    `The job is shared with ${limit} users, which is the limit. End another share first.`,
    { metadata: { limit: String(limit) } },
  )

export const shareNotFound = () => {
  const description = 'the job is not shared with this user'
  return new DomainError('NOT_FOUND', 'SHARE_NOT_FOUND', `user: ${description}`, {
    violations: [{ field: 'user', description }],
  })
}

export const organizationNotFound = () => {
  const description = 'there is no such organisation'
  return new DomainError('NOT_FOUND', 'ORGANIZATION_NOT_FOUND', `organization: ${description}`, {
    violations: [{ field: 'organization', description }],
  })
}

export const workerNotFound = () => {
  const description = 'no worker of this name renews its lease: it has stopped, or was lost'
  return new DomainError('NOT_FOUND', 'WORKER_NOT_FOUND', `worker: ${description}`, {
    violations: [{ field: 'worker', description }],
  })
}

export const jobAlreadyHeld = (job: JobRecord) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'JOB_ALREADY_HELD',
    `The operator holds the job already: it is ${job.phase}.`,
    {
      metadata: { phase: job.phase },
    },
  )

export const jobNotHeld = (job: JobRecord) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'JOB_NOT_HELD',
    `There is nothing to release: the job is ${job.phase}.`,
    {
      metadata: { phase: job.phase },
    },
  )
