import type { ErrorCode } from '../errors/domain-error.ts'
import { type GrpcStatus, grpcStatus } from '../errors/grpc-status.ts'
import { normalizeError } from '../errors/normalize-error.ts'
import type { OpenCall } from './grpc-method.ts'

export interface Failure {
  readonly code: ErrorCode
  readonly reason: string
  readonly status: GrpcStatus
}

/** The one place where errors become statuses: defects are logged with their cause, and kept in. */
export function failureOf(error: unknown, call: OpenCall): Failure {
  const normalized = normalizeError(error)
  const { code, reason } = normalized
  if (code === 'INTERNAL')
    call.log.error({ err: normalized.cause ?? normalized }, 'a call failed by a defect')
  else if (code === 'UNAVAILABLE') call.log.warn({ err: normalized.cause, reason }, normalized.message)
  return { code, reason, status: grpcStatus(normalized, call.requestId) }
}
