import type { Metadata } from '@grpc/grpc-js'
import type { GrpcMethod } from './grpc-method.ts'
import { encodedMessage } from './shared-message.ts'

/** Of which the gateway makes a file. */
const FILE_TYPE = 'google.api.HttpBody'

/**
 * No google.api.HttpBody: a text of 127 bytes that has none. When a stream fails, Envoy's transcoder, which has sent the
 * status of the answer with its beginning, ends the answer as if it were whole. At a message that it cannot read it
 * breaks the answer off, and the client sees that.
 */
export const brokenFile: object = encodedMessage(Buffer.from([0x0a, 0x7f]))

/** Whether a failure of the call must be told so; other clients read the status of the stream. */
export function isFileOfGateway({ output }: GrpcMethod, metadata: Metadata): boolean {
  return output.typeName === FILE_TYPE && metadata.get('x-envoy-original-path').length > 0
}
