import type { handleUnaryCall, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js'
import { within } from '../tracing/index.ts'
import { failureOf } from './answer-failure.ts'
import type { Caller } from './call-context.ts'
import {
  admit,
  beginSpan,
  cancelled,
  endSpan,
  type GrpcEnvironment,
  type GrpcMethod,
  openCall,
  type ReceivedRequest,
} from './grpc-method.ts'

/** @param open aborted together when the server stops */
export function unaryCall(
  method: GrpcMethod,
  environment: GrpcEnvironment,
  open: Set<AbortController>,
): handleUnaryCall<ReceivedRequest, object> {
  const { metrics, tracing } = environment
  const handle = method.handle as (request: object | undefined, context: unknown) => Promise<object>
  const duration = metrics.duration.labels(method.path)
  const succeeded = metrics.calls.labels(method.path, 'OK')

  /** Resolves with the code that the call was answered with; never rejects. */
  const serve = async (
    grpcCall: ServerUnaryCall<ReceivedRequest, object>,
    callback: sendUnaryData<object>,
  ): Promise<string> => {
    const begin = performance.now()
    const controller = new AbortController()
    open.add(controller)
    grpcCall.on('cancelled', () => {
      // grpc-js says so of every call whose stream closes, also of one that was answered.
      if (open.has(controller)) controller.abort(cancelled())
    })
    const call = openCall(method, grpcCall.metadata, controller.signal, environment)
    let caller: Caller | undefined
    const ended = () => {
      open.delete(controller)
      const durationMs = performance.now() - begin
      duration.observe(durationMs / 1000)
      return { userId: caller?.userId, durationMs: Math.round(durationMs * 10) / 10 }
    }
    try {
      const context = await admit(method, grpcCall.metadata, grpcCall.request, call, environment)
      caller = context.caller
      const response = await handle(grpcCall.request.message, context)
      callback(null, response)
      succeeded.inc()
      call.log.info({ code: 'OK', ...ended() }, 'call')
      return 'OK'
    } catch (error) {
      const failure = failureOf(error, call)
      callback(failure.status)
      metrics.calls.inc({ method: method.path, code: failure.code })
      call.log.info({ code: failure.code, reason: failure.reason, ...ended() }, 'call')
      return failure.code
    }
  }
  if (tracing === undefined) return serve
  return async (grpcCall, callback) => {
    const span = beginSpan(method, grpcCall.metadata, tracing)
    endSpan(span, await within(span, () => serve(grpcCall, callback)))
  }
}
