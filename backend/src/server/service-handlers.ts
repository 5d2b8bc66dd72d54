import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import type { CallContext } from './call-context.ts'

/** Handlers as modules write them: promises and async iterables, no gRPC types. */
export type ServiceHandlers<Definition> = {
  readonly [Method in keyof Definition]: Definition[Method] extends {
    requestDeserialize: (bytes: Buffer) => infer Request
    responseDeserialize: (bytes: Buffer) => infer Response
    requestStream: infer Uploads
    responseStream: infer Streams
  }
    ? (
        request: Uploads extends true ? AsyncIterable<Request, void> : Request,
        context: CallContext,
      ) => Streams extends true ? AsyncIterable<Response> : Promise<Response>
    : never
}

/** One service of a module, to be registered by the server. */
export interface RegisteredService {
  readonly definition: ServiceDefinition
  readonly handlers: Readonly<Record<string, (request: never, context: CallContext) => unknown>>
}

/** Pairs a generated definition with handlers of exactly its methods and message types. */
export function registeredService<Definition extends Record<string, MethodDefinition<never, never>> | object>(
  definition: Definition,
  handlers: ServiceHandlers<Definition>,
): RegisteredService {
  return {
    definition: definition as unknown as ServiceDefinition,
    handlers: handlers as unknown as RegisteredService['handlers'],
  }
}
