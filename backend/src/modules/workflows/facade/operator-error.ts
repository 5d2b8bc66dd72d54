import type { Logger } from 'pino'
import type { ErrorCode } from '../../../errors/domain-error.ts'
import { normalizeError } from '../../../errors/normalize-error.ts'

/** A refusal of the interface itself, below the rules that a DomainError speaks of. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
  readonly status: number

  constructor(status: 400 | 401 | 404 | 405 | 413, message: string) {
    super(message)
    this.status = status
  }
}

/** What a client did wrong is 400 here, but for what it may not know of and what it may try again. */
const statuses: Readonly<Record<ErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  OUT_OF_RANGE: 400,
  FAILED_PRECONDITION: 400,
  PERMISSION_DENIED: 400,
  ALREADY_EXISTS: 400,
  NOT_FOUND: 404,
  UNAUTHENTICATED: 401,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
}

/** Of statuses that tell to try again, in seconds. */
const RETRY_AFTER: Readonly<Record<number, string>> = { 409: '1', 429: '30', 503: '5', 504: '30' }

export interface Refusal {
  readonly status: number
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

/** The one place where errors become answers. Defects are logged, and kept in. */
export function refusalOf(thrown: unknown, requestId: string, log: Logger): Refusal {
  if (thrown instanceof OperatorError) return { status: thrown.status, message: thrown.message, headers: {} }
  const error = normalizeError(thrown)
  const status = statuses[error.code]
  const retryAfter = RETRY_AFTER[status]
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
  if (error.code !== 'INTERNAL') return { status, message: error.message, headers }
  log.error({ err: error.cause ?? error }, 'a request failed by a defect')
  const message = `An internal error occurred. Tell the operator this request id: ${requestId}`
  return { status, message, headers }
}
