import type { ServerDuplexStream } from '@grpc/grpc-js'
import { DomainError, invalidField } from '../errors/domain-error.ts'
import {
  authenticate,
  type GrpcEnvironment,
  type GrpcMethod,
  type OpenCall,
  type ReceivedRequest,
} from './grpc-method.ts'
import { orAborted } from './or-aborted.ts'

type Stream = ServerDuplexStream<ReceivedRequest, object>

/** For the first request, by which access is decided: nobody holds a stream open that may come to nothing. */
const FIRST_REQUEST_MS = 10_000

/**
 * The requests of a call that streams them, as its handler takes them: one is read ahead, and the client is held back by
 * HTTP/2's flow control beyond that.
 */
export class IncomingRequests {
  readonly first: ReceivedRequest
  readonly #method: GrpcMethod
  readonly #stream: Stream
  readonly #signal: AbortSignal
  readonly #environment: GrpcEnvironment

  constructor(
    first: ReceivedRequest,
    method: GrpcMethod,
    stream: Stream,
    signal: AbortSignal,
    environment: GrpcEnvironment,
  ) {
    this.first = first
    this.#method = method
    this.#stream = stream
    this.#signal = signal
    this.#environment = environment
  }

  /**
   * Waits for the first request of a caller who is known. Whether they may do what it asks, and whether it is a valid
   * one, is decided as of any other call.
   *
   * @throws DomainError UNAUTHENTICATED, or INVALID_ARGUMENT when there is no request
   */
  static async begin(
    method: GrpcMethod,
    stream: Stream,
    { signal }: OpenCall,
    environment: GrpcEnvironment,
  ): Promise<IncomingRequests> {
    readOneAhead(stream)
    await authenticate(method, stream.metadata, environment)
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(firstRequestMissing()), FIRST_REQUEST_MS)
    try {
      const first = await next(stream, AbortSignal.any([signal, late.signal]))
      if (first === undefined) throw firstRequestMissing()
      const { resourceField } = method.policy
      // Valid in later requests, which are about the same thing.
      if (resourceField !== undefined && fieldOf(first, resourceField) === '')
        throw invalidField(resourceField, 'is empty. Name in the first message what the stream is about.')
      return new IncomingRequests(first, method, stream, signal, environment)
    } finally {
      clearTimeout(timer)
    }
  }

  /** All of them, the first one included, each valid and about the thing that the first one names. */
  async *messages(): AsyncGenerator<object | undefined, void, undefined> {
    yield this.first.message
    for (;;) {
      const request = await next(this.#stream, this.#signal)
      if (request === undefined) return
      this.#environment.validate(this.#method.input, request.bytes, request.message !== undefined)
      this.#checkResource(request)
      yield request.message
    }
  }

  /** Access was decided for one thing, and no later request may be about another. */
  #checkResource(request: ReceivedRequest): void {
    const { resourceField } = this.#method.policy
    if (resourceField === undefined) return
    const name = fieldOf(request, resourceField)
    if (name === '' || name === fieldOf(this.first, resourceField)) return
    throw invalidField(
      resourceField,
      'is not that of the first message. Leave it out in later ones, or open another stream for it.',
      'RESOURCE_CHANGED',
    )
  }
}

function fieldOf({ message }: ReceivedRequest, field: string): unknown {
  return (message as Readonly<Record<string, unknown>> | undefined)?.[field]
}

/** Undefined at their end. Rejects with the signal's reason. */
async function next(stream: Stream, signal: AbortSignal): Promise<ReceivedRequest | undefined> {
  for (;;) {
    signal.throwIfAborted()
    const request: ReceivedRequest | null = stream.read()
    if (request !== null) return request
    if (stream.readableEnded || stream.destroyed) return undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    for (const event of CHANGES) stream.once(event, resolve)
    try {
      await orAborted(promise, signal)
    } finally {
      for (const event of CHANGES) stream.off(event, resolve)
    }
  }
}

const CHANGES = ['readable', 'end', 'close'] as const

/**
 * grpc-js leaves the limit of its streams at 16 messages, which may be of 4 MiB each. Node has no other way to set it on
 * a stream that is made.
 */
function readOneAhead(stream: Stream): void {
  const { _readableState: state } = stream as unknown as { _readableState: { highWaterMark: number } }
  state.highWaterMark = 1
}

const firstRequestMissing = () =>
  new DomainError(
    'INVALID_ARGUMENT',
    'FIRST_MESSAGE_MISSING',
    'The stream began without a message. Send the first one, which says what it is about.',
  )
