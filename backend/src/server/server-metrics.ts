import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { createRegistry } from './process-metrics.ts'

export interface ServerMetrics {
  readonly registry: Registry
  /** Ended calls by method and status code name. */
  readonly calls: Counter<'method' | 'code'>
  /** Seconds that unary calls took. */
  readonly duration: Histogram<'method'>
  /** Streams whose handler has not been released yet. */
  readonly openStreams: Gauge<'method'>
}

export function createServerMetrics(registry = createRegistry()): ServerMetrics {
  return {
    registry,
    calls: new Counter({
      name: 'fairlead_grpc_calls_total',
      help: 'Ended gRPC calls by method and status code.',
      labelNames: ['method', 'code'],
      registers: [registry],
    }),
    duration: new Histogram({
      name: 'fairlead_grpc_call_duration_seconds',
      help: 'Seconds that unary gRPC calls took, from the request to the answer.',
      labelNames: ['method'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [registry],
    }),
    openStreams: new Gauge({
      name: 'fairlead_open_streams',
      help: 'Server streams whose handler has not been released yet.',
      labelNames: ['method'],
      registers: [registry],
    }),
  }
}
