import type { IncomingHttpHeaders } from 'node:http'
import { fileURLToPath } from 'node:url'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { serveBuiltPages } from './built-pages.ts'
import type { Settings } from './settings.ts'
import { serveVitePages } from './vite-pages.ts'

const frontendFolder = fileURLToPath(new URL('..', import.meta.url))

/**
 * The pages' server, not yet listening. It says that it is not healthy when it should get no new requests.
 * `builtFolder` is where the built app lies.
 */
export async function createPagesServer(
  settings: Settings,
  logger: Logger,
  healthy: () => boolean = () => true,
  builtFolder = fileURLToPath(new URL('../dist', import.meta.url)),
): Promise<FastifyInstance> {
  const server: FastifyInstance = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    // Envoy logs every request; here only what fails is worth a line.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // Envoy's id, so that its access log and this log can be joined.
    requestIdHeader: 'x-request-id',
    // Envoy's trace too, where there is one to join.
    childLoggerFactory: (parent, bindings, options, request) => {
      const traceId = settings.tracesRatio === undefined ? undefined : traceIdOf(request.headers)
      return parent.child(traceId === undefined ? bindings : { ...bindings, traceId }, options)
    },
    // Pages are small and quick; on a stop, a kept-alive idle connection must not hold the process.
    forceCloseConnections: 'idle',
  })

  server.addHook('onError', async (request, _reply, error) => {
    if ((error.statusCode ?? 500) >= 500) request.log.error({ err: error }, 'a request failed')
  })

  const configuration = {
    issuer: settings.issuer,
    clientId: settings.clientId,
    scopes: settings.scopes,
    development: settings.development,
    demoAccounts: settings.demoAccounts,
    tracesRatio: settings.tracesRatio,
  }
  server.get('/config.json', (_request, reply) =>
    reply.header('cache-control', 'no-cache').send(configuration),
  )
  server.get('/healthz', (_request, reply) =>
    reply
      .code(healthy() ? 200 : 503)
      .header('cache-control', 'no-store')
      .type('text/plain')
      .send(healthy() ? 'ok\n' : 'stopping\n'),
  )

  if (settings.mode === 'vite') await serveVitePages(server, frontendFolder)
  else await serveBuiltPages(server, builtFolder)
  return server
}

/** Of W3C's traceparent. */
function traceIdOf({ traceparent }: IncomingHttpHeaders): string | undefined {
  return typeof traceparent === 'string' ? /^00-([0-9a-f]{32})-/.exec(traceparent)?.[1] : undefined
}
