import { AsyncLocalStorage } from 'node:async_hooks'

export type Attributes = Readonly<Record<string, string | number | boolean>>

/** As OpenTelemetry has them. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal'

/** Something that a process does, as a part of a trace. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** W3C trace context: what another process hangs its spans below. */
  readonly traceparent: string
  /** Whether anyone will see it. What is below it is not worth the making otherwise. */
  readonly sampled: boolean
  readonly ended: boolean
  child(name: string, kind: SpanKind, attributes?: Attributes): Span
  set(attributes: Attributes): void
  /** Marks it as failed. The reason is a code: never what an error says, which may quote what people wrote. */
  fail(reason: string): void
  end(): void
}

const active = new AsyncLocalStorage<Span | undefined>()

/**
 * The span of what is being done here, wherever it was awaited through; undefined when there is none, and when it has
 * ended: loops and timers that a call happened to start are not parts of it for ever.
 */
export function activeSpan(): Span | undefined {
  const span = active.getStore()
  return span?.ended === false ? span : undefined
}

/** As activeSpan(), when what is below it will be seen. */
export function sampledSpan(): Span | undefined {
  const span = activeSpan()
  return span?.sampled === true ? span : undefined
}

/** What is kept beside work that waits for another process; null when nobody would see what comes of it. */
export function activeTraceparent(): string | null {
  return sampledSpan()?.traceparent ?? null
}

/** Does the work as a part of the span, or as a part of none. */
export function within<Result>(span: Span | undefined, work: () => Result): Result {
  return active.run(span, work)
}

/** Does the work as a part of the active span, with no spans below it. */
export function quietly<Result>(work: () => Result): Result {
  const span = activeSpan()
  if (span === undefined) return work()
  const { traceId, traceparent } = span
  const quiet: Span = {
    traceId,
    traceparent,
    sampled: false,
    get ended() {
      return span.ended
    },
    child: (name, kind, attributes) => span.child(name, kind, attributes),
    set: (attributes) => span.set(attributes),
    fail: (reason) => span.fail(reason),
    end: () => span.end(),
  }
  return active.run(quiet, work)
}

/** Does the work in a span of its own below the active one. Without one that will be seen it just does the work. */
export async function traced<Result>(
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  work: () => Promise<Result>,
): Promise<Result> {
  const parent = sampledSpan()
  if (parent === undefined) return work()
  const span = parent.child(name, kind, attributes)
  try {
    return await within(span, work)
  } catch (error) {
    span.fail(reasonOf(error))
    throw error
  } finally {
    span.end()
  }
}

/** A code of ours, an SQLSTATE, an errno or the kind of error. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error'
  for (const key of ['reason', 'code'] as const) {
    const value: unknown = Reflect.get(error, key)
    if (typeof value === 'string' && /^\w{1,64}$/.test(value)) return value
  }
  return error.name
}
