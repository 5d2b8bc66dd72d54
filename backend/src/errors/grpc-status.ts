import type { Any } from '@fairlead/proto/server/google/protobuf/any'
import { BadRequest, ErrorInfo } from '@fairlead/proto/server/google/rpc/error_details'
import { Status } from '@fairlead/proto/server/google/rpc/status'
import { Metadata, status } from '@grpc/grpc-js'
import type { DomainError } from './domain-error.ts'

export interface GrpcStatus {
  readonly code: status
  readonly details: string
  readonly metadata: Metadata
}

const ERROR_DOMAIN = 'fairlead'
/** HTTP/2 header lists are limited, and Envoy resets a stream whose trailers pass 60 KiB. */
const MESSAGE_MAX_LENGTH = 2_000

/** A domain error as a gRPC status with google.rpc.ErrorInfo and, when fields are named, BadRequest. */
export function grpcStatus(error: DomainError, requestId: string): GrpcStatus {
  const code = status[error.code]
  const internal = error.code === 'INTERNAL'
  const details = internal
    ? `An internal error occurred. Tell the operator this request id: ${requestId}`
    : error.message.slice(0, MESSAGE_MAX_LENGTH)
  const packed: Any[] = [
    packedAs(
      'google.rpc.ErrorInfo',
      ErrorInfo.encode({
        reason: error.reason,
        domain: ERROR_DOMAIN,
        metadata: internal ? { requestId } : { ...error.metadata, requestId },
      }).finish(),
    ),
  ]
  if (error.violations.length > 0) {
    const fieldViolations = error.violations.map(({ field, description }) => ({
      field,
      description: description.slice(0, MESSAGE_MAX_LENGTH),
      reason: error.reason,
      localizedMessage: undefined,
    }))
    packed.push(packedAs('google.rpc.BadRequest', BadRequest.encode({ fieldViolations }).finish()))
  }
  const metadata = new Metadata()
  metadata.set(
    'grpc-status-details-bin',
    Buffer.from(Status.encode({ code, message: details, details: packed }).finish()),
  )
  if (error.code === 'UNAUTHENTICATED') {
    const problem = error.reason === 'TOKEN_MISSING' ? '' : ', error="invalid_token"'
    metadata.set('www-authenticate', `Bearer realm="fairlead"${problem}`)
  }
  return { code, details, metadata }
}

function packedAs(type: string, value: Uint8Array): Any {
  return { typeUrl: `type.googleapis.com/${type}`, value: Buffer.from(value) }
}
