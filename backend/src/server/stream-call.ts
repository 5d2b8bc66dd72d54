import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js'
import { quietly, within } from '../tracing/index.ts'
import { failureOf } from './answer-failure.ts'
import { brokenFile, isFileOfGateway } from './broken-file.ts'
import type { CallContext } from './call-context.ts'
import {
  admit,
  beginSpan,
  cancelled,
  endSpan,
  type GrpcEnvironment,
  type GrpcMethod,
  type OpenCall,
  openCall,
  type ReceivedRequest,
} from './grpc-method.ts'
import { isPushed, type MessageSink } from './pushed-stream.ts'
import type { Rechecks } from './rechecks.ts'

type Stream = ServerWritableStream<ReceivedRequest, object>

/** @param open aborted together when the server stops */
export function streamCall(
  method: GrpcMethod,
  environment: GrpcEnvironment,
  open: Set<AbortController>,
  rechecks: Rechecks,
): handleServerStreamingCall<ReceivedRequest, object> {
  const { metrics, tracing } = environment
  const openStreams = metrics.openStreams.labels(method.path)

  /** Resolves with the code that the stream ended with. */
  const run = async (stream: Stream): Promise<string> => {
    const begin = performance.now()
    const controller = new AbortController()
    open.add(controller)
    stream.on('cancelled', () => controller.abort(cancelled()))
    const call = openCall(method, stream.metadata, controller.signal, environment)
    let permissions: ReadonlySet<string> | undefined
    const settle = rechecks.watch(
      method,
      stream.metadata,
      stream.request,
      (error) => controller.abort(error),
      () => permissions,
    )
    openStreams.inc()
    let code = 'OK'
    try {
      code = await serve(method, stream, call, environment, (context) => {
        permissions = context.permissions
      })
    } finally {
      settle()
      open.delete(controller)
      openStreams.dec()
      metrics.calls.inc({ method: method.path, code })
      call.log.info({ code, durationMs: Math.round(performance.now() - begin) }, 'stream')
    }
    return code
  }
  return async (stream) => {
    if (tracing === undefined) {
      await run(stream)
      return
    }
    const span = beginSpan(method, stream.metadata, tracing)
    endSpan(span, await within(span, () => run(stream)))
  }
}

/** Resolves with the code that the stream ended with, once the handler has been released too. */
async function serve(
  method: GrpcMethod,
  stream: Stream,
  call: OpenCall,
  environment: GrpcEnvironment,
  onAdmitted: (context: CallContext) => void,
): Promise<string> {
  const handle = method.handle as (request: object | undefined, context: unknown) => AsyncIterable<object>
  let release: (() => Promise<unknown>) | undefined
  let code = 'OK'
  let began = false
  try {
    const context = await admit(method, stream.metadata, stream.request, call, environment)
    onAdmitted(context)
    // A stream may last for hours: of its statements only those before its first message are parts of its span.
    await quietly(async () => {
      const source = handle(stream.request.message, context)
      if (isPushed(source)) {
        const pushing = source.pushTo(sinkOf(stream, call.signal), call.signal)
        release = () => pushing.catch(() => undefined)
        await orAborted(pushing, call.signal)
        // A source ends quietly when it is told to; the caller is told why.
        call.signal.throwIfAborted()
      } else {
        const iterator = source[Symbol.asyncIterator]()
        release = async () => iterator.return?.()
        await copy(iterator, stream, call.signal, () => {
          began = true
        })
      }
    })
    stream.end()
  } catch (error) {
    const failure = failureOf(error, call)
    code = failure.code
    if (!stream.destroyed) {
      if (began && isFileOfGateway(method, stream.metadata)) stream.write(brokenFile)
      // How grpc-js takes a status for a stream.
      stream.emit('error', failure.status)
    }
  }
  try {
    await release?.()
  } catch (error) {
    call.log.error({ err: error }, 'a stream was not released cleanly')
  }
  return code
}

function sinkOf(stream: Stream, signal: AbortSignal): MessageSink<object> {
  return { write: (message) => stream.write(message), drained: () => drained(stream, signal) }
}

async function copy(
  iterator: AsyncIterator<object>,
  stream: Stream,
  signal: AbortSignal,
  onSent: () => void,
): Promise<void> {
  for (;;) {
    const next = await orAborted(iterator.next(), signal)
    if (next.done === true) return
    onSent()
    if (!stream.write(next.value)) await drained(stream, signal)
  }
}

/** Races without leaving a reaction on a promise that outlives many events. */
function orAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

async function drained(stream: Stream, signal: AbortSignal): Promise<void> {
  if (!stream.writableNeedDrain) return
  await orAborted(new Promise<void>((resolve) => stream.once('drain', resolve)), signal)
}
