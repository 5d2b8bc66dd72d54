import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import type { CallSpan } from './transport'

/*
 * Loaded after the page, and only where the installation wants traces: nobody else pays for it.
 */

/** The front door takes spans here and hands them to the collector; it takes 64 KiB at once. */
const ADDRESS = '/telemetry/traces'
const BATCH_MAX = 64
const QUEUE_MAX = 512
const INTERVAL_MS = 5_000

/**
 * Begins a span of each call of this page.
 *
 * @param ratio of calls that are traced, 0 to 1
 */
export function traceCalls(ratio: number): (method: string) => CallSpan {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'fairlead-browser',
      'service.namespace': 'fairlead',
    }),
    sampler: new TraceIdRatioBasedSampler(ratio),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: new URL(ADDRESS, location.origin).href }),
        maxExportBatchSize: BATCH_MAX,
        maxQueueSize: QUEUE_MAX,
        scheduledDelayMillis: INTERVAL_MS,
      }),
    ],
  })
  const tracer = provider.getTracer('fairlead')
  return (method) => {
    const attributes = { 'rpc.system.name': 'grpc', 'rpc.method': method }
    const span = tracer.startSpan(method, { kind: SpanKind.CLIENT, attributes }, ROOT_CONTEXT)
    const { traceId, spanId, traceFlags } = span.spanContext()
    const flags = (traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'
    return {
      traceparent: `00-${traceId}-${spanId}-${flags}`,
      end(code) {
        span.setAttribute('rpc.response.status_code', code)
        if (code !== 'OK') span.setStatus({ code: SpanStatusCode.ERROR, message: code })
        span.end()
      },
    }
  }
}
