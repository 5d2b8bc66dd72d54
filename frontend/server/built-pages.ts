import { existsSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { isPageNavigation } from './is-page-navigation.ts'

// A file under assets/ carries a hash of its content in its name, so it never changes.
const immutable = 'public, max-age=31536000, immutable'
// Kept by the browser, but asked for each time: a new release shows on the next navigation.
const revalidate = 'no-cache'

/** Serves the app that Vite built into `folder`. */
export async function serveBuiltPages(server: FastifyInstance, folder: string): Promise<void> {
  const indexFile = join(folder, 'index.html')
  if (!existsSync(indexFile)) {
    throw new Error(`There is no built app in ${folder}. Build it with: npm run build`)
  }
  const index = readFileSync(indexFile, 'utf8')

  await server.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    index: false,
    cacheControl: false,
    // The build lays Brotli copies beside the files.
    preCompressed: true,
    globIgnore: ['index.html'],
    setHeaders: (reply, path) => {
      reply.header('cache-control', path.includes(`${sep}assets${sep}`) ? immutable : revalidate)
    },
  })

  server.setNotFoundHandler((request, reply) => {
    if (!isPageNavigation(request.method, request.url, request.headers.accept)) {
      return reply.code(404).header('cache-control', 'no-store').type('text/plain').send('Not found\n')
    }
    return reply.header('cache-control', revalidate).type('text/html; charset=utf-8').send(index)
  })
}
