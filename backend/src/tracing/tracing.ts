import type { Logger } from 'pino'
import type { Attributes, Span, SpanKind } from './span.ts'

export interface TraceSettings {
  /** Of OTLP over HTTP, without a path: "http://collector:4318". */
  readonly endpoint: string
  /** Of the traces that are begun here, 0 to 1; one that was begun elsewhere goes on as it was begun. */
  readonly ratio: number
}

export interface BeginSpan {
  readonly kind: SpanKind
  /** W3C traceparent as it came in, unchecked. Without a usable one the span begins a trace. */
  readonly parent: unknown
  readonly attributes?: Attributes
}

/** Makes the spans that come first in a process; those below them are their children. */
export interface Tracing {
  begin(name: string, options: BeginSpan): Span
  /** Sends what has not been sent. */
  close(): Promise<void>
}

export interface OpenTracingOptions {
  /** "backend" and the like: `service.name` is "fairlead-backend". */
  readonly process: string
  /** Undefined: nothing is traced, and nothing of OpenTelemetry is loaded. */
  readonly settings: TraceSettings | undefined
  readonly log: Logger
}

export async function openTracing(options: OpenTracingOptions): Promise<Tracing | undefined> {
  const { process, settings, log } = options
  if (settings === undefined) return undefined
  const { createTracing } = await import('./open-telemetry.ts')
  return createTracing({ process, settings, log })
}
