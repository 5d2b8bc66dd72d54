import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { DomainError, ErrorCode } from '../../errors/domain-error.ts'
import { normalizeError } from '../../errors/normalize-error.ts'
import { VOTABLE_MEDIA_TYPE, votableError } from '../../votable/index.ts'
import { HttpError } from './http-error.ts'

/** The labels that an error's text begins with (SODA 1.0, section 5.2). */
export type ErrorLabel =
  | 'Error'
  | 'AuthenticationError'
  | 'AuthorizationError'
  | 'ServiceUnavailable'
  | 'UsageError'
  | 'MultiValuedParamNotSupported'

/** An error as a client of an IVOA service sees it. */
export interface ErrorAnswer {
  readonly status: number
  readonly label: ErrorLabel
  /** Stable, UPPER_SNAKE_CASE. */
  readonly reason: string
  readonly message: string
  readonly fields: readonly { readonly field: string; readonly description: string }[]
  readonly headers: Readonly<Record<string, string>>
}

/**
 * HTTP statuses of domain errors. What is not legal in the present state is 403 (UWS 1.1, section 2.2).
 * Retry-After is in seconds.
 */
const answers: Readonly<
  Record<ErrorCode, { readonly status: number; readonly label: ErrorLabel; readonly retryAfter?: number }>
> = {
  INVALID_ARGUMENT: { status: 400, label: 'UsageError' },
  OUT_OF_RANGE: { status: 400, label: 'UsageError' },
  UNAUTHENTICATED: { status: 401, label: 'AuthenticationError' },
  PERMISSION_DENIED: { status: 403, label: 'AuthorizationError' },
  FAILED_PRECONDITION: { status: 403, label: 'UsageError' },
  NOT_FOUND: { status: 404, label: 'UsageError' },
  ALREADY_EXISTS: { status: 409, label: 'UsageError' },
  ABORTED: { status: 409, label: 'ServiceUnavailable', retryAfter: 1 },
  RESOURCE_EXHAUSTED: { status: 429, label: 'ServiceUnavailable', retryAfter: 30 },
  // Nobody is there to read it; the code that servers log for it.
  CANCELLED: { status: 499, label: 'Error' },
  UNAVAILABLE: { status: 503, label: 'ServiceUnavailable', retryAfter: 5 },
  DEADLINE_EXCEEDED: { status: 504, label: 'ServiceUnavailable', retryAfter: 30 },
  INTERNAL: { status: 500, label: 'Error' },
}

/** Reasons for which HTTP has a status of its own. */
const statusOfReason: Readonly<Record<string, number>> = {
  // RFC 9110, section 15.5.3, has reserved it for this.
  INSUFFICIENT_CREDITS: 402,
}

const FIELDS_MAX = 20

/** The one place where errors become HTTP answers of IVOA services. Defects are logged, and kept in. */
export function errorAnswer(thrown: unknown, requestId: string, log: Logger): ErrorAnswer {
  if (thrown instanceof HttpError) {
    const { status, reason, message, headers } = thrown
    return { status, label: 'UsageError', reason, message, fields: [], headers }
  }
  const error = normalizeError(thrown)
  const { code, reason, violations } = error
  if (code === 'INTERNAL') log.error({ err: error.cause ?? error }, 'a request failed by a defect')
  const { status, label, retryAfter } = answers[code]
  const labelled =
    code === 'INTERNAL'
      ? { message: `An internal error occurred. Tell the operator this request id: ${requestId}` }
      : withoutLabels(error.message)
  return {
    status: statusOfReason[reason] ?? status,
    label,
    ...labelled,
    reason,
    fields: violations.slice(0, FIELDS_MAX),
    headers: {
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': challenge(error) } : {}),
    },
  }
}

/** RFC 6750, section 3: no error is named to who sent no token. */
function challenge({ reason }: DomainError): string {
  return reason === 'TOKEN_MISSING'
    ? 'Bearer realm="fairlead"'
    : 'Bearer realm="fairlead", error="invalid_token"'
}

/** Answers by a DALI error document, a VOTable. */
export function sendErrorVotable(response: ServerResponse, answer: ErrorAnswer, requestId: string): void {
  const { status, label, reason, message, fields, headers } = answer
  const document = votableError(`${label}: ${message}`, [
    { name: 'REASON', value: reason },
    ...fields.map(({ field, description }) => ({
      name: 'FIELD',
      value: field,
      text: withoutLabels(description).message,
    })),
    { name: 'REQUEST_ID', value: requestId },
  ])
  response.writeHead(status, { ...common, ...headers, 'content-type': VOTABLE_MEDIA_TYPE }).end(document)
}

/** Answers in words, as SODA 1.0 asks of {sync} (section 5.2). */
export function sendErrorText(
  response: ServerResponse,
  { status, label, message, headers }: ErrorAnswer,
): void {
  const text = `${label}: ${message}\n`
  response.writeHead(status, { ...common, ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

const LABELS = /\b(MultiValuedParamNotSupported|UsageError): /g

/** A service may say itself what kind of error it is; the innermost says most. */
function withoutLabels(text: string): { message: string; label?: ErrorLabel } {
  const label = [...text.matchAll(LABELS)].at(-1)?.[1] as ErrorLabel | undefined
  const message = text.replace(LABELS, '')
  return label === undefined ? { message } : { message, label }
}

const common = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
