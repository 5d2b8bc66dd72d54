import { grpc } from '@improbable-eng/grpc-web'
import { Observable } from 'rxjs'
import { ApiError, apiErrorFromStatus, toApiError, unreachable } from './api-error'

/*
 * The one file that knows the gRPC-web library. Everything else sees the `Rpc` shape that the generated
 * clients take, rxjs Observables for streams, and ApiError.
 */

export interface CallOptions {
  /** Aborting it ends the call with CANCELLED and frees the server's side. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds; a unary call that takes longer ends with DEADLINE_EXCEEDED. Default 30 000. */
  readonly timeoutMs?: number
}

export interface TransportOptions {
  /** Address that "/<package.Service>/<Method>" is appended to. */
  readonly host: string
  readonly accessToken: () => string | undefined
  /** Gets a fresh access token without the user; false when that is impossible. */
  readonly renewAccessToken: () => Promise<boolean>
  /** Called when the server still refuses the caller after a renewal. */
  readonly onUnauthenticated: () => void
  /** Called after each call that the server answered, with any status but that its database is away. */
  readonly onReachable: () => void
  /** Called after each call or stream that failed on the way. */
  readonly onUnreachable: () => void
  /** Called before each call and stream; undefined for one that is not traced. */
  readonly beginSpan?: (method: string) => CallSpan | undefined
}

/** A call as a trace has it. */
export interface CallSpan {
  /** W3C trace context, which goes along with the call. */
  readonly traceparent: string
  /** Once, with the name of a status code. */
  end(code: string): void
}

type Method = grpc.UnaryMethodDefinition<grpc.ProtobufMessage, grpc.ProtobufMessage>

/** What a generated client's constructor takes. */
export interface Rpc {
  unary(method: Method, request: unknown, metadata: grpc.Metadata | undefined): Promise<unknown>
  invoke(method: Method, request: unknown, metadata: grpc.Metadata | undefined): Observable<unknown>
}

export interface Transport {
  /** A caller whose calls all carry these options. */
  rpc(call?: CallOptions): Rpc
}

const defaultTimeoutMs = 30_000

export function createTransport(options: TransportOptions): Transport {
  // The token says who calls: cookies, such as the identity provider's, stay out.
  const http = grpc.FetchReadableStreamTransport({ credentials: 'omit' })

  function headers(
    metadata: grpc.Metadata | undefined,
    span: CallSpan | undefined,
    timeoutMs?: number,
  ): grpc.Metadata {
    const all = new grpc.Metadata(metadata)
    const token = options.accessToken()
    if (token !== undefined) all.set('authorization', `Bearer ${token}`)
    if (span !== undefined) all.set('traceparent', span.traceparent)
    if (timeoutMs !== undefined) all.set('grpc-timeout', `${timeoutMs}m`)
    return all
  }

  const spanOf = ({ service, methodName }: Method) =>
    options.beginSpan?.(`${service.serviceName}/${methodName}`)

  function failure(code: grpc.Code, message: string, trailers: grpc.Metadata): ApiError {
    const answered = trailers.has('grpc-status') || proxyAnswers.has(code)
    if (!answered) {
      options.onUnreachable()
      return unreachable(message)
    }
    const error = apiErrorFromStatus(code, message, trailers.get('grpc-status-details-bin')[0])
    // Envoy answers UNAVAILABLE in the place of a backend that is gone.
    if (error.code === 'UNAVAILABLE' && error.reason === '') {
      options.onUnreachable()
      return unreachable(error)
    }
    // A backend that cannot read anything is no more use to a page than none, and has said so in words of its own.
    if (error.reason === 'DATABASE_UNAVAILABLE') options.onUnreachable()
    else options.onReachable()
    return error
  }

  function unaryOnce(
    method: Method,
    request: unknown,
    metadata: grpc.Metadata | undefined,
    call: CallOptions,
  ) {
    const { signal, timeoutMs = defaultTimeoutMs } = call
    return new Promise<unknown>((resolve, reject) => {
      if (signal?.aborted) return reject(new ApiError('CANCELLED', 'The call was cancelled.'))
      const span = spanOf(method)
      const stop = (error: ApiError) => {
        finish()
        running.close()
        span?.end(error.code)
        reject(error)
      }
      const onAbort = () => stop(new ApiError('CANCELLED', 'The call was cancelled.'))
      const timer = setTimeout(() => {
        options.onUnreachable()
        stop(new ApiError('DEADLINE_EXCEEDED', 'The server did not answer in time.'))
      }, timeoutMs)
      const finish = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      const running = grpc.unary(method, {
        host: options.host,
        transport: http,
        request: encodable(method, request),
        metadata: headers(metadata, span, timeoutMs),
        onEnd: ({ status, statusMessage, message, headers: sent, trailers }) => {
          finish()
          if (status === grpc.Code.OK && message !== null) {
            options.onReachable()
            span?.end('OK')
            resolve(message.toObject())
            return
          }
          // A refused call may carry its status in headers alone.
          const error = failure(status, statusMessage, trailers.has('grpc-status') ? trailers : sent)
          span?.end(error.code)
          reject(error)
        },
      })
    })
  }

  function streamOnce(
    method: Method,
    request: unknown,
    metadata: grpc.Metadata | undefined,
  ): Observable<unknown> {
    return new Observable((observer) => {
      let sent = new grpc.Metadata()
      // Of its opening: a stream may stay open for as long as its page.
      let span = spanOf(method)
      const opened = (code: string) => {
        span?.end(code)
        span = undefined
      }
      const running = grpc.invoke(method, {
        host: options.host,
        transport: http,
        request: encodable(method, request),
        metadata: headers(metadata, span),
        onHeaders: (received) => {
          sent = received
        },
        onMessage: (message) => {
          opened('OK')
          options.onReachable()
          observer.next(message.toObject())
        },
        onEnd: (code, message, trailers) => {
          if (code === grpc.Code.OK) {
            opened('OK')
            observer.complete()
            return
          }
          const error = failure(code, message, trailers.has('grpc-status') ? trailers : sent)
          opened(error.code)
          observer.error(error)
        },
      })
      return () => {
        opened('CANCELLED')
        running.close()
      }
    })
  }

  async function renewed(): Promise<boolean> {
    try {
      return await options.renewAccessToken()
    } catch (cause) {
      // The provider was not reached, so the session may well go on: this is no refusal.
      options.onUnreachable()
      throw unreachable(cause)
    }
  }

  /** Runs `attempt`; when the token was refused, renews it once and runs `attempt` again. */
  async function withRenewal<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt()
    } catch (error) {
      if (toApiError(error).code !== 'UNAUTHENTICATED') throw error
      if (await renewed()) {
        try {
          return await attempt()
        } catch (second) {
          if (toApiError(second).code === 'UNAUTHENTICATED') options.onUnauthenticated()
          throw second
        }
      }
      options.onUnauthenticated()
      throw error
    }
  }

  return {
    rpc: (call = {}) => ({
      unary: (method, request, metadata) => withRenewal(() => unaryOnce(method, request, metadata, call)),
      invoke: (method, request, metadata) =>
        streamWithRenewal(() => streamOnce(method, request, metadata), renewed, options.onUnauthenticated),
    }),
  }
}

/** A stream is refused before its first message, or when the server ends it at the token's expiry. */
function streamWithRenewal(
  open: () => Observable<unknown>,
  renew: () => Promise<boolean>,
  onUnauthenticated: () => void,
): Observable<unknown> {
  return new Observable((observer) => {
    let closed = false
    let mayRenew = true
    let current = attempt()

    function attempt() {
      return open().subscribe({
        next: (message) => {
          // The token was taken, so its expiry later on is no refusal: each token may be renewed once.
          mayRenew = true
          observer.next(message)
        },
        complete: () => observer.complete(),
        error: (error: unknown) => {
          if (toApiError(error).code !== 'UNAUTHENTICATED') return observer.error(error)
          if (!mayRenew) {
            onUnauthenticated()
            return observer.error(error)
          }
          renew().then(
            (fresh) => {
              if (closed) return
              if (fresh) {
                mayRenew = false
                current = attempt()
              } else {
                onUnauthenticated()
                observer.error(error)
              }
            },
            (cause: unknown) => observer.error(toApiError(cause)),
          )
        },
      })
    }

    return () => {
      closed = true
      current.unsubscribe()
    }
  })
}

// Codes that the library derives from the HTTP status of an answer without a gRPC status, such as a
// proxy's 401 or 413. Others without one, UNKNOWN and INTERNAL, mean that nothing came back.
const proxyAnswers: ReadonlySet<grpc.Code> = new Set([
  grpc.Code.Unauthenticated,
  grpc.Code.PermissionDenied,
  grpc.Code.NotFound,
  grpc.Code.ResourceExhausted,
  grpc.Code.InvalidArgument,
  grpc.Code.Unimplemented,
])

/** ts-proto's descriptors encode `this`, so the request borrows their serializeBinary. */
function encodable(method: Method, request: unknown): grpc.ProtobufMessage {
  return Object.assign({}, request, method.requestType) as unknown as grpc.ProtobufMessage
}
