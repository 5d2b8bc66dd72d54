import { Metadata, type MethodDefinition } from '@grpc/grpc-js'
import { normalizeError } from '../errors/normalize-error.ts'
import { sampledSpan, within } from '../tracing/index.ts'
import { failureOf } from './answer-failure.ts'
import { deviceDenied } from './authorize.ts'
import type { CallContext } from './call-context.ts'
import {
  admit,
  endSpan,
  type GrpcEnvironment,
  type GrpcMethod,
  grpcMethods,
  type OpenCall,
  openCall,
  receive,
} from './grpc-method.ts'
import type { Principal } from './principal.ts'
import { Rechecks } from './rechecks.ts'
import type { RegisteredService } from './service-handlers.ts'

/** What stands for a gRPC call's metadata and its end. */
export interface LocalCall {
  /** The header, "Bearer TOKEN". */
  readonly authorization: string | undefined
  readonly requestId: string
  readonly signal: AbortSignal
}

type Unary<Request, Response> = MethodDefinition<Request, Response> & { readonly responseStream: false }
type Streaming<Request, Response> = MethodDefinition<Request, Response> & { readonly responseStream: true }

/**
 * The methods of the registered services, called within the process by another protocol: through the same
 * authentication, access, validation, handler, figures and log as a call by gRPC. Every error is a DomainError.
 */
export interface LocalCalls {
  unary<Request, Response>(
    method: Unary<Request, Response>,
    request: Request,
    call: LocalCall,
  ): Promise<Response>
  /** To be read to its end, or left by `return` or an aborted signal: it is released then. */
  stream<Request, Response>(
    method: Streaming<Request, Response>,
    request: Request,
    call: LocalCall,
  ): AsyncGenerator<Response, void>
  /** What the method's handler would be given: for work of the same right that no handler does. */
  authorize<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    call: LocalCall,
  ): Promise<CallContext>
  /** Which user calls; throws UNAUTHENTICATED, and PERMISSION_DENIED to a device. */
  principal(call: LocalCall): Promise<Principal>
}

/** @throws AccessDeclarationError as the gRPC server does */
export function localCalls(services: readonly RegisteredService[], environment: GrpcEnvironment): LocalCalls {
  const { metrics } = environment
  const rechecks = new Rechecks(environment)
  const methods = new Map<string, GrpcMethod>()
  for (const service of services) {
    for (const method of grpcMethods(service, environment).values()) methods.set(method.path, method)
  }

  function opened<Request>(
    definition: Pick<MethodDefinition<Request, unknown>, 'path' | 'requestSerialize'>,
    request: Request,
    local: LocalCall,
  ) {
    const method = methods.get(definition.path)
    if (method === undefined) throw new Error(`${definition.path} is not registered`)
    const metadata = new Metadata()
    metadata.set('x-request-id', local.requestId)
    if (local.authorization !== undefined) metadata.set('authorization', local.authorization)
    const received = receive(method.definition, definition.requestSerialize(request))
    return { method, metadata, received, call: openCall(method, metadata, local.signal, environment) }
  }

  /** Counts and logs what a call ended with, and gives its error as callers know it. */
  function failed(method: GrpcMethod, call: OpenCall, error: unknown, begin: number): Error {
    const { code, reason } = failureOf(error, call)
    metrics.calls.inc({ method: method.path, code })
    call.log.info({ code, reason, durationMs: elapsed(begin) }, 'local call')
    return normalizeError(error)
  }

  async function answer<Request>(
    definition: Pick<MethodDefinition<Request, unknown>, 'path' | 'requestSerialize'>,
    request: Request,
    local: LocalCall,
  ): Promise<unknown> {
    const begin = performance.now()
    const { method, metadata, received, call } = opened(definition, request, local)
    const handle = method.handle as (request: unknown, context: CallContext) => Promise<unknown>
    try {
      const context = await admit(method, metadata, received, call, environment)
      const response = await handle(received.message, context)
      metrics.calls.inc({ method: method.path, code: 'OK' })
      call.log.info({ code: 'OK', userId: context.caller?.userId, durationMs: elapsed(begin) }, 'local call')
      return response
    } catch (error) {
      throw failed(method, call, error, begin)
    } finally {
      metrics.duration.observe({ method: method.path }, (performance.now() - begin) / 1000)
    }
  }

  return {
    async unary(definition, request, local) {
      const parent = sampledSpan()
      if (parent === undefined) return (await answer(definition, request, local)) as never
      const name = definition.path.slice(1)
      const span = parent.child(name, 'internal', { 'rpc.method': name })
      let code = 'OK'
      try {
        return (await within(span, () => answer(definition, request, local))) as never
      } catch (error) {
        code = normalizeError(error).code
        throw error
      } finally {
        endSpan(span, code)
      }
    },

    async *stream(definition, request, local) {
      const begin = performance.now()
      const revoked = new AbortController()
      const signal = AbortSignal.any([local.signal, revoked.signal])
      const { method, metadata, received, call } = opened(definition, request, { ...local, signal })
      const handle = method.handle as (request: unknown, context: CallContext) => AsyncIterable<never>
      let permissions: ReadonlySet<string> | undefined
      const settle = rechecks.watch(
        method,
        metadata,
        received,
        (error) => revoked.abort(error),
        () => permissions,
      )
      metrics.openStreams.inc({ method: method.path })
      let code = 'CANCELLED'
      try {
        const context = await admit(method, metadata, received, call, environment)
        permissions = context.permissions
        yield* handle(received.message, context)
        // Handlers end quietly when they are told to; the reader is told why.
        if (signal.aborted) throw signal.reason
        code = 'OK'
      } catch (error) {
        code = ''
        throw failed(method, call, error, begin)
      } finally {
        settle()
        metrics.openStreams.dec({ method: method.path })
        // Nothing was thrown: it came to its end, or its reader left.
        if (code !== '') {
          metrics.calls.inc({ method: method.path, code })
          call.log.info({ code, durationMs: elapsed(begin) }, 'local stream')
        }
      }
    },

    async authorize(definition, request, local) {
      const { method, metadata, received, call } = opened(definition, request, local)
      return admit(method, metadata, received, call, environment)
    },

    async principal({ authorization }) {
      const principal = await environment.authenticator.authenticate(authorization)
      if ('device' in principal) throw deviceDenied(principal)
      return principal
    },
  }
}

function elapsed(begin: number): number {
  return Math.round((performance.now() - begin) * 10) / 10
}
