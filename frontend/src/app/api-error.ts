import { BadRequest, ErrorInfo } from '@fairlead/proto/web/google/rpc/error_details'
import { Status } from '@fairlead/proto/web/google/rpc/status'

/** gRPC status codes by number, https://grpc.io/docs/guides/status-codes/ */
const codes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

export type GrpcCode = (typeof codes)[number]

export interface FieldViolation {
  /** Path of the field in the request, such as "parameters[0].value". */
  readonly field: string
  readonly description: string
}

/** Every failed call ends in one of these, whatever failed. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: GrpcCode
  /** Stable reason of google.rpc.ErrorInfo, such as "JOB_ENDED"; empty when the server sent none. */
  readonly reason: string
  readonly violations: readonly FieldViolation[]

  constructor(
    code: GrpcCode,
    message: string,
    details: { reason?: string; violations?: readonly FieldViolation[]; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause })
    this.code = code
    this.reason = details.reason ?? ''
    this.violations = details.violations ?? []
  }

  /** Whether the connection or the server failed, so that the same call may succeed later. */
  get transient(): boolean {
    return this.code === 'UNAVAILABLE' || this.code === 'DEADLINE_EXCEEDED'
  }

  /** Whether the caller itself stopped the call. */
  get cancelled(): boolean {
    return this.code === 'CANCELLED'
  }
}

/**
 * @param status number of the gRPC status
 * @param encodedDetails value of the trailer grpc-status-details-bin: base64, padded or not, of google.rpc.Status
 */
export function apiErrorFromStatus(
  status: number,
  message: string,
  encodedDetails: string | undefined,
): ApiError {
  const code = codes[status] ?? 'UNKNOWN'
  message = forPeople(message)
  if (encodedDetails === undefined) return new ApiError(code, message || sentences[code] || code)

  let reason = ''
  const violations: FieldViolation[] = []
  try {
    const bytes = Uint8Array.from(atob(encodedDetails.trim()), (character) => character.charCodeAt(0))
    for (const detail of Status.decode(bytes).details) {
      if (detail.typeUrl.endsWith('/google.rpc.ErrorInfo')) reason = ErrorInfo.decode(detail.value).reason
      if (detail.typeUrl.endsWith('/google.rpc.BadRequest')) {
        for (const { field, description } of BadRequest.decode(detail.value).fieldViolations) {
          violations.push({ field, description })
        }
      }
    }
  } catch (cause) {
    // The status itself stands: unreadable details must not hide it.
    return new ApiError(code, message || code, { cause })
  }
  return new ApiError(code, message || sentences[code] || code, { reason, violations })
}

/** Without the word that SODA 1.0, section 4.2, begins errors with for programs, and the field's path. */
function forPeople(message: string): string {
  const text = message.replace(/^UsageError: (?:parameters\[\d+\](?:\.\w+)?: )?/, '')
  return text === message ? message : text.charAt(0).toUpperCase() + text.slice(1)
}

/** For servers and proxies that send a status without a message. */
const sentences: Partial<Record<GrpcCode, string>> = {
  UNAVAILABLE: 'Fairlead cannot be reached at the moment.',
  DEADLINE_EXCEEDED: 'The server did not answer in time.',
  PERMISSION_DENIED: 'You may not do this.',
  NOT_FOUND: 'This does not exist, or you may not see it.',
  UNAUTHENTICATED: 'Your session has ended.',
  RESOURCE_EXHAUSTED: 'The server is busy or the request is too large.',
  INTERNAL: 'The server failed.',
}

export function unreachable(cause?: unknown): ApiError {
  return new ApiError('UNAVAILABLE', sentences.UNAVAILABLE ?? '', { cause })
}

/** Normalises whatever was thrown. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError('UNKNOWN', error instanceof Error ? error.message : String(error), { cause: error })
}
