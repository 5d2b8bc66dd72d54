import { Counter, Histogram, type Registry } from 'prom-client'

export interface HttpMetrics {
  /** @param route the prefix that the request was routed by; "" when there is none for it */
  ended(route: string, method: string, status: number, seconds: number): void
}

/** Methods that a label may name; anyone may send any other. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const requests = new Counter({
    name: 'fairlead_http_requests_total',
    help: 'Ended HTTP requests by the prefix of their route, method and status code.',
    labelNames: ['route', 'method', 'code'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'fairlead_http_request_duration_seconds',
    help: 'Seconds that HTTP requests took, until the last byte of the answer or the end of the connection.',
    labelNames: ['route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300],
    registers: [registry],
  })
  return {
    ended(route, method, status, seconds) {
      requests.inc({ route, method: METHODS.has(method) ? method : 'other', code: String(status) })
      duration.observe({ route }, seconds)
    },
  }
}
