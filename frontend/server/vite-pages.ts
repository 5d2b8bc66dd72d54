import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { isPageNavigation } from './is-page-navigation.ts'

/** Serves the sources through Vite, with its hot-reload socket at /hmr of the same server. */
export async function serveVitePages(server: FastifyInstance, folder: string): Promise<void> {
  // Imported here: a deployment serves the built app and does not carry Vite.
  const { createServer } = await import('vite')
  const vite = await createServer({
    root: folder,
    configFile: join(folder, 'vite.config.ts'),
    appType: 'custom',
    clearScreen: false,
    server: { middlewareMode: true, hmr: { server: server.server, path: '/hmr' } },
  })
  server.addHook('onClose', () => vite.close())

  server.setNotFoundHandler((request, reply) => {
    reply.hijack()
    const { raw } = reply
    const fail = (error: unknown) => {
      request.log.error({ err: error }, 'page failed')
      raw.writeHead(500, { 'content-type': 'text/plain' }).end('The page could not be built; see the log.\n')
    }
    vite.middlewares(request.raw, raw, (error?: unknown) => {
      if (error) return fail(error)
      if (!isPageNavigation(request.method, request.url, request.headers.accept)) {
        return raw.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n')
      }
      readFile(join(folder, 'index.html'), 'utf8')
        .then((html) => vite.transformIndexHtml(request.url, html))
        .then((html) => {
          raw
            .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
            .end(html)
        })
        .catch(fail)
    })
  })
}
