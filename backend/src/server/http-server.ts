import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { DomainError } from '../errors/domain-error.ts'
import { normalizeError } from '../errors/normalize-error.ts'
import type { Address } from '../settings.ts'
import { type Span, type Tracing, within } from '../tracing/index.ts'
import type { HttpMetrics } from './http-metrics.ts'
import type { HttpRoute } from './http-route.ts'
import { requestIdOf } from './request-id.ts'

export interface HttpServer {
  /** Resolves with the port. */
  start(address: Address): Promise<number>
  /** Requests that run get time to end; their signal is aborted at once. */
  stop(): Promise<void>
}

const STOP_TIMEOUT_MS = 5_000
/** Asked every few seconds by machines. */
const OF_TOOLS: ReadonlySet<string> = new Set(['/healthz', '/livez', '/metrics'])
/** What the proxy in front lets through (32 KiB), and what it adds: a region may be long, and stand in a query. */
const HEADERS_MAX_BYTES = 40 * 1024
/** HTTP statuses of the codes that a route may throw; the rest is 500. */
const httpStatus: Partial<Record<DomainError['code'], number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
}

/** The routes by longest prefix; every request has an id, a log line, a signal and an end. */
export function createHttpServer(
  routes: readonly HttpRoute[],
  log: Logger,
  metrics?: HttpMetrics,
  tracing?: Tracing,
): HttpServer {
  const byLength = [...routes].sort((a, b) => b.prefix.length - a.prefix.length)
  const open = new Set<AbortController>()
  const server: Server = createServer(
    { keepAliveTimeout: 75_000, requestTimeout: 0, maxHeaderSize: HEADERS_MAX_BYTES },
    (request, response) => {
      const route = routeOf(request)
      const span = tracing === undefined ? undefined : beginSpan(request, route, tracing)
      void within(span, () => answer(request, response, route, span))
    },
  )

  const routeOf = (request: IncomingMessage) => {
    const path = pathOf(request)
    return byLength.find(({ prefix }) => path.startsWith(prefix))
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    route: HttpRoute | undefined,
    span: Span | undefined,
  ): Promise<void> {
    const begin = performance.now()
    const requestId = requestIdOf(request.headers['x-request-id'])
    const path = pathOf(request)
    // Without the query: it may carry a signature.
    const callLog = log.child({ requestId, httpMethod: request.method, path })
    const controller = new AbortController()
    open.add(controller)
    const closed = () => {
      open.delete(controller)
      if (!response.writableFinished)
        controller.abort(new DomainError('CANCELLED', 'CANCELLED', 'The client is gone.'))
      const level = OF_TOOLS.has(path) ? 'debug' : 'info'
      callLog[level](
        { status: response.statusCode, durationMs: Math.round(performance.now() - begin) },
        'request',
      )
      const seconds = (performance.now() - begin) / 1000
      metrics?.ended(route?.prefix ?? '', request.method ?? '', response.statusCode, seconds)
      if (span !== undefined) endSpan(span, response.statusCode)
    }
    // The connection tells, which is a part of no request.
    response.on('close', () => within(span, closed))
    try {
      if (route === undefined) plain(response, 404, 'There is nothing here.')
      else if (!route.methods.some((method) => method === request.method)) {
        response.setHeader('allow', route.methods.join(', '))
        plain(response, 405, `Only ${route.methods.join(', ')} here.`)
      } else await route.handle(request, response, { requestId, log: callLog, signal: controller.signal })
    } catch (error) {
      fail(response, normalizeError(error), requestId, callLog)
    }
  }

  return {
    start: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', (cause) =>
          reject(new Error(`the HTTP server cannot listen on ${host}:${port}: ${cause.message}`, { cause })),
        )
        server.listen(port, host, () => {
          const address = server.address()
          resolve(typeof address === 'object' && address !== null ? address.port : port)
        })
      }),
    async stop() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const controller of open) {
        controller.abort(new DomainError('UNAVAILABLE', 'SERVER_STOPPING', 'The server is stopping.'))
      }
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS)
      await stopped
      clearTimeout(timer)
    },
  }
}

function pathOf(request: IncomingMessage): string {
  return URL.parse(request.url ?? '/', 'http://host')?.pathname ?? '/'
}

/** Named by its route and not by its path, which holds names that people gave. */
function beginSpan(
  request: IncomingMessage,
  route: HttpRoute | undefined,
  tracing: Tracing,
): Span | undefined {
  const { traceparent } = request.headers
  // Probes and scrapes begin no traces; what comes through the proxy has one.
  if (traceparent === undefined) return undefined
  const prefix = route?.prefix ?? ''
  return tracing.begin(`${request.method} ${prefix}`.trim(), {
    kind: 'server',
    parent: traceparent,
    attributes: { 'http.request.method': request.method ?? '', 'http.route': prefix },
  })
}

function endSpan(span: Span, status: number): void {
  span.set({ 'http.response.status_code': status })
  if (status >= 500) span.fail(String(status))
  span.end()
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

function fail(response: ServerResponse, error: DomainError, requestId: string, log: Logger): void {
  if (error.code === 'INTERNAL') log.error({ err: error.cause ?? error }, 'a request failed by a defect')
  if (response.headersSent) {
    // Too late for a status: a cut connection tells the client that the content is not whole.
    response.destroy()
    return
  }
  const status = httpStatus[error.code] ?? 500
  plain(
    response,
    status,
    status === 500 ? `An internal error occurred (request ${requestId}).` : error.message,
  )
}
