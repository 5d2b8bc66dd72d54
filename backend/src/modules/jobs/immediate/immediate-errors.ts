import { DomainError } from '../../../errors/domain-error.ts'
import type { ExecutionFailed } from '../../../ports/execution.ts'

/** One request makes one result; a job takes several values and makes them all. */
export function refuseSeveral(names: readonly string[]): void {
  if (names.length === 0) return
  const description = `MultiValuedParamNotSupported: an answer at once is one result, and these make several: ${names.join(', ')}. Create a job for them.`
  throw new DomainError('INVALID_ARGUMENT', 'MULTIPLE_RESULTS', description, {
    violations: names.map((name) => ({ field: name, description })),
  })
}

/** The organisation has as many under way as it may. */
export const tooManyAtOnce = (limit: number) =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'IMMEDIATE_REQUESTS_LIMIT',
    `Your organisation has ${limit} requests under way, which is its limit. Wait for some to end, or create a job.`,
    { metadata: { limit: String(limit) } },
  )

/** What the organisation has asked for and not read yet is as large as it may be. */
export const tooMuchAtOnce = (limitBytes: number) =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'IMMEDIATE_SIZE_LIMIT',
    `Your organisation's requests under way come to ${Math.floor(limitBytes / 1024 ** 2)} MiB, which is its limit. Read what was asked for before, or create a job.`,
    { metadata: { limit: String(limitBytes) } },
  )

/** Everyone together has. */
export const tooBusy = () =>
  new DomainError(
    'UNAVAILABLE',
    'IMMEDIATE_QUEUE_FULL',
    'Too many requests wait to be run at once. Try again shortly, or create a job, which waits its turn.',
  )

export const takesTooLong = (limitMs: number) =>
  new DomainError(
    'INVALID_ARGUMENT',
    'IMMEDIATE_TIME_LIMIT',
    `This takes longer than the ${Math.ceil(limitMs / 1000)} s that are given to an answer at once. Create a job for it, or ask for less.`,
  )

export const waitedTooLong = (limitMs: number) =>
  new DomainError(
    'RESOURCE_EXHAUSTED',
    'IMMEDIATE_WAIT_LIMIT',
    `The request could not be begun within ${Math.ceil(limitMs / 1000)} s. Try again shortly, or create a job, which waits its turn.`,
  )

export const resultTooLarge = (limitBytes: number) =>
  new DomainError(
    'INVALID_ARGUMENT',
    'IMMEDIATE_OUTPUT_LIMIT',
    `The result is larger than the ${Math.floor(limitBytes / 1024 ** 2)} MiB that are given at once. Create a job for it, or ask for a smaller region.`,
  )

/** What a failed task comes to for who waits for it. */
export function immediateFailure(failure: ExecutionFailed, limits: { timeMs: number; outputBytes: number }) {
  switch (failure.reason) {
    case 'EXECUTION_DURATION_EXCEEDED':
      return takesTooLong(limits.timeMs)
    case 'OUTPUT_LIMIT_EXCEEDED':
      return resultTooLarge(limits.outputBytes)
    default:
      return new DomainError(
        failure.transient ? 'UNAVAILABLE' : 'FAILED_PRECONDITION',
        failure.reason,
        failure.message,
        { cause: failure },
      )
  }
}
