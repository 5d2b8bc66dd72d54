import { hostname } from 'node:os'
import {
  type Span as ApiSpan,
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { Attributes, Span, SpanKind } from './span.ts'
import type { TraceSettings, Tracing } from './tracing.ts'

export interface CreateTracingOptions {
  readonly process: string
  readonly settings: TraceSettings
  readonly log: Logger
  /** Between two sendings. Default 2 s. */
  readonly intervalMs?: number
}

/** How long a stop may wait for a collector that does not answer. */
const EXPORT_TIMEOUT_MS = 3_000
/** A statement may be long; its beginning tells which one it is. */
const ATTRIBUTE_MAX_CHARACTERS = 1_000

/** The one file of this side that knows the OpenTelemetry SDK. It is loaded only where traces are wanted. */
export function createTracing(options: CreateTracingOptions): Tracing {
  const { settings, log } = options
  const exporter = new OTLPTraceExporter({
    url: `${settings.endpoint}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': `fairlead-${options.process}`,
      'service.namespace': 'fairlead',
      'service.instance.id': hostname(),
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(settings.ratio) }),
    spanLimits: { attributeValueLengthLimit: ATTRIBUTE_MAX_CHARACTERS, attributeCountLimit: 32 },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reporting(exporter, settings.endpoint, log),
        scheduledDelayMillis: options.intervalMs ?? 2_000,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  })
  const tracer = provider.getTracer('fairlead')
  return {
    begin(name, { kind, parent, attributes }) {
      const remote = spanContextOf(parent)
      const context = remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote)
      return new StartedSpan(tracer, context, name, kind, attributes)
    },
    async close() {
      // What is lost has been told of; it is no reason for a process not to have stopped well.
      await provider.shutdown().catch((error) => log.debug({ err: error }, 'the last traces were not sent'))
    },
  }
}

/** As the API numbers them. */
const kinds: Readonly<Record<SpanKind, number>> = {
  internal: 0,
  server: 1,
  client: 2,
  producer: 3,
  consumer: 4,
}

class StartedSpan implements Span {
  readonly traceId: string
  readonly traceparent: string
  readonly sampled: boolean
  ended = false
  readonly #tracer: Tracer
  readonly #span: ApiSpan

  constructor(
    tracer: Tracer,
    context: Context,
    name: string,
    kind: SpanKind,
    attributes: Attributes | undefined,
  ) {
    this.#tracer = tracer
    this.#span = tracer.startSpan(name, { kind: kinds[kind], attributes: { ...attributes } }, context)
    const { traceId, spanId, traceFlags } = this.#span.spanContext()
    this.traceId = traceId
    this.sampled = (traceFlags & TraceFlags.SAMPLED) !== 0
    this.traceparent = `00-${traceId}-${spanId}-${this.sampled ? '01' : '00'}`
  }

  child(name: string, kind: SpanKind, attributes?: Attributes): Span {
    return new StartedSpan(this.#tracer, trace.setSpan(ROOT_CONTEXT, this.#span), name, kind, attributes)
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes({ ...attributes })
  }

  fail(reason: string): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: reason })
    this.#span.setAttribute('error.type', reason)
  }

  end(): void {
    this.ended = true
    this.#span.end()
  }
}

/** W3C Trace Context, section 3.2: version 00, or a later one by what it has in common with it. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/

function spanContextOf(traceparent: unknown): SpanContext | undefined {
  if (typeof traceparent !== 'string') return undefined
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true }
}

/** Says once that spans get lost, and once that they arrive again. */
function reporting(exporter: SpanExporter, endpoint: string, log: Logger): SpanExporter {
  let failing = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined || result.code !== 0
        if (failed && !failing)
          log.warn({ endpoint, err: result.error }, 'traces cannot be sent and are lost')
        if (!failed && failing) log.info({ endpoint }, 'traces are sent again')
        failing = failed
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}
