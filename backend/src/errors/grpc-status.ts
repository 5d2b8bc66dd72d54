import type { Any } from '@fairlead/proto/server/google/protobuf/any'
import { BadRequest, ErrorInfo, RetryInfo } from '@fairlead/proto/server/google/rpc/error_details'
import { Status } from '@fairlead/proto/server/google/rpc/status'
import { Metadata, status } from '@grpc/grpc-js'
import type { DomainError } from './domain-error.ts'

export interface GrpcStatus {
  readonly code: status
  readonly details: string
  readonly metadata: Metadata
}

const ERROR_DOMAIN = 'fairlead'
/**
 * An error travels in HTTP/2 trailers, of which clients take 8 KiB in all (gRPC's recommended limit). Envoy
 * resets the connection of everybody's calls when they pass 60 KiB. Bytes, percent-encoded as in grpc-message.
 */
const MESSAGE_MAX_BYTES = 1_500
/** Of the google.rpc.Status in grpc-status-details-bin, which base64 makes a third longer. */
const DETAILS_MAX_BYTES = 4_200
/** One long description must leave room for others. */
const DESCRIPTION_MAX_BYTES = 600
const METADATA_VALUE_MAX_BYTES = 300
/** What an Any, a field number or a length take at most around each part. */
const WRAPPING_MAX_BYTES = 80

/**
 * A domain error as a gRPC status with google.rpc.ErrorInfo and, when fields are named, BadRequest, and RetryInfo
 * when it says when to try again. Violations that would make it too long are left out, and counted in the metadata
 * as violationsLeftOut.
 */
export function grpcStatus(error: DomainError, requestId: string): GrpcStatus {
  const code = status[error.code]
  const internal = error.code === 'INTERNAL'
  const details = internal
    ? `An internal error occurred. Tell the operator this request id: ${requestId}`
    : cut(error.message, MESSAGE_MAX_BYTES)
  // A map's entry without a value is none: Envoy's transcoder drops the connection at one, answer and all.
  const metadataOfError = Object.entries(internal ? {} : error.metadata)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name, cut(value, METADATA_VALUE_MAX_BYTES)])
  const info = { ...Object.fromEntries(metadataOfError), requestId }
  const room = DETAILS_MAX_BYTES - Buffer.byteLength(details) - packedInfo(error.reason, info).value.length
  const fieldViolations = fitting(error, room - 2 * WRAPPING_MAX_BYTES)
  const leftOut = error.violations.length - fieldViolations.length
  const packed = [
    packedInfo(error.reason, leftOut === 0 ? info : { ...info, violationsLeftOut: String(leftOut) }),
  ]
  if (fieldViolations.length > 0) {
    packed.push(packedAs('google.rpc.BadRequest', BadRequest.encode({ fieldViolations }).finish()))
  }
  if (error.retryDelayMs !== undefined) packed.push(packedRetry(error.retryDelayMs))
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

type Violation = BadRequest['fieldViolations'][number]

/** The first violations that take no more bytes than there is room for. */
function fitting(error: DomainError, room: number): Violation[] {
  const fitting: Violation[] = []
  let left = room
  for (const { field, description } of error.violations) {
    const violation = {
      field: cut(field, DESCRIPTION_MAX_BYTES),
      description: cut(description, DESCRIPTION_MAX_BYTES),
      reason: error.reason,
      localizedMessage: undefined,
    }
    left -= BadRequest.encode({ fieldViolations: [violation] }).finish().length
    if (left < 0) break
    fitting.push(violation)
  }
  return fitting
}

/** The beginning of a text that takes no more bytes than that when it is percent-encoded. */
function cut(text: string, maxBytes: number): string {
  let length = 0
  let end = 0
  // Half a surrogate pair cannot be encoded at all.
  const whole = text.slice(0, maxBytes).toWellFormed()
  for (const character of whole) {
    length += encodeURI(character).length
    if (length > maxBytes) break
    end += character.length
  }
  return whole.slice(0, end)
}

function packedInfo(reason: string, metadata: Readonly<Record<string, string>>): Any {
  const info = { reason, domain: ERROR_DOMAIN, metadata }
  return packedAs('google.rpc.ErrorInfo', ErrorInfo.encode(info).finish())
}

function packedRetry(delayMs: number): Any {
  const seconds = Math.floor(delayMs / 1000)
  const retryDelay = { seconds: BigInt(seconds), nanos: Math.round((delayMs - seconds * 1000) * 1e6) }
  return packedAs('google.rpc.RetryInfo', RetryInfo.encode({ retryDelay }).finish())
}

function packedAs(type: string, value: Uint8Array): Any {
  return { typeUrl: `type.googleapis.com/${type}`, value: Buffer.from(value) }
}
