import { BadRequest, ErrorInfo } from '@fairlead/proto/server/google/rpc/error_details'
import { Status } from '@fairlead/proto/server/google/rpc/status'
import type { ServiceError } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'

export interface SeenError {
  readonly code: string
  readonly message: string
  readonly domain: string | undefined
  readonly reason: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  /** Fields that google.rpc.BadRequest names. */
  readonly fields: readonly string[]
}

/** What a client sees of a failed call; a call that succeeds fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<SeenError> {
  const error = await call.then(
    () => {
      throw new Error('the call succeeded')
    },
    (thrown: ServiceError) => thrown,
  )
  return seenError(error)
}

export function seenError(error: ServiceError): SeenError {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? []
  const details = Buffer.isBuffer(bytes) ? Status.decode(bytes).details : []
  const find = (type: string) => details.find(({ typeUrl }) => typeUrl.endsWith(`/google.rpc.${type}`))?.value
  const info = find('ErrorInfo')
  const badRequest = find('BadRequest')
  const decoded = info === undefined ? undefined : ErrorInfo.decode(info)
  return {
    code: status[error.code] ?? String(error.code),
    message: error.details,
    domain: decoded?.domain,
    reason: decoded?.reason,
    metadata: decoded?.metadata ?? {},
    fields:
      badRequest === undefined ? [] : BadRequest.decode(badRequest).fieldViolations.map(({ field }) => field),
  }
}
