/** Canonical gRPC codes that a domain error may carry; google.rpc.Code names. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'RESOURCE_EXHAUSTED'
  | 'UNAVAILABLE'
  | 'DEADLINE_EXCEEDED'
  | 'CANCELLED'
  | 'INTERNAL'

export interface FieldViolation {
  /** Path from the request message, in proto names: "parameters[2].value". */
  readonly field: string
  /** Names the limit and the way out. */
  readonly description: string
}

export interface DomainErrorDetails {
  readonly violations?: readonly FieldViolation[]
  /** Short strings for programs, sent as google.rpc.ErrorInfo metadata. Never a secret. */
  readonly metadata?: Readonly<Record<string, string>>
  /** When the same request may be sent again, sent as google.rpc.RetryInfo. */
  readonly retryDelayMs?: number
  readonly cause?: unknown
}

/**
 * An expected failure of a rule. Its message is meant for the person who asked; everything else that is
 * thrown is a defect, reported as INTERNAL without its text.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly code: ErrorCode
  /** Stable, UPPER_SNAKE_CASE; sent as google.rpc.ErrorInfo.reason. */
  readonly reason: string
  readonly violations: readonly FieldViolation[]
  readonly metadata: Readonly<Record<string, string>>
  readonly retryDelayMs: number | undefined

  constructor(code: ErrorCode, reason: string, message: string, details: DomainErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : {})
    this.code = code
    this.reason = reason
    this.violations = details.violations ?? []
    this.metadata = details.metadata ?? {}
    this.retryDelayMs = details.retryDelayMs
  }
}

/** INVALID_ARGUMENT that names one field. */
export function invalidField(field: string, description: string, reason = 'INVALID_FIELD'): DomainError {
  return new DomainError('INVALID_ARGUMENT', reason, `${field}: ${description}`, {
    violations: [{ field, description }],
  })
}
