import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js'
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
import { IncomingRequests } from './incoming-requests.ts'
import { orAborted } from './or-aborted.ts'
import { isPushed, type MessageSink } from './pushed-stream.ts'
import type { Rechecks } from './rechecks.ts'

type ServerStream = ServerWritableStream<ReceivedRequest, object>
type DuplexStream = ServerDuplexStream<ReceivedRequest, object>
type Stream = ServerStream | DuplexStream

/**
 * A call whose answers stream, and its requests too where the method says so: access is decided by the first.
 *
 * @param open aborted together when the server stops
 */
export function streamCall(
  method: GrpcMethod,
  environment: GrpcEnvironment,
  open: Set<AbortController>,
  rechecks: Rechecks,
): (stream: Stream) => Promise<void> {
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
    let settle: (() => void) | undefined
    openStreams.inc()
    let code = 'OK'
    try {
      code = await serve(method, stream, call, environment, {
        onBegun(request) {
          settle = rechecks.watch(
            method,
            stream.metadata,
            request,
            (error) => controller.abort(error),
            () => permissions,
          )
        },
        onAdmitted(context) {
          permissions = context.permissions
        },
      })
    } finally {
      settle?.()
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

interface Steps {
  /** With the request that access is decided by. */
  onBegun(request: ReceivedRequest): void
  onAdmitted(context: CallContext): void
}

/** Resolves with the code that the stream ended with, once the handler has been released too. */
async function serve(
  method: GrpcMethod,
  stream: Stream,
  call: OpenCall,
  environment: GrpcEnvironment,
  { onBegun, onAdmitted }: Steps,
): Promise<string> {
  const handle = method.handle as (request: unknown, context: unknown) => AsyncIterable<object>
  let release: (() => Promise<unknown>) | undefined
  let code = 'OK'
  let began = false
  try {
    const incoming =
      'request' in stream ? undefined : await IncomingRequests.begin(method, stream, call, environment)
    const request = 'request' in stream ? stream.request : incoming?.first
    if (request === undefined) throw new Error('a stream of requests began without one')
    onBegun(request)
    const context = await admit(method, stream.metadata, request, call, environment)
    onAdmitted(context)
    // A stream may last for hours: of its statements only those before its first message are parts of its span.
    await quietly(async () => {
      const source = handle(incoming?.messages() ?? request.message, context)
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

async function drained(stream: Stream, signal: AbortSignal): Promise<void> {
  if (!stream.writableNeedDrain) return
  await orAborted(new Promise<void>((resolve) => stream.once('drain', resolve)), signal)
}
