import type { HttpRoute } from '../../server/http-route.ts'
import { type ServeObjectsOptions, serveObjects } from './serve-objects.ts'
import { OBJECTS_PATH } from './signed-path.ts'

/** The route that serves what FilesystemObjects and FilesystemUploads sign. A store with addresses of its own needs none. */
export function objectsRoute(options: ServeObjectsOptions): HttpRoute {
  const serve = serveObjects(options)
  return {
    methods: ['GET', 'HEAD', 'PUT'],
    prefix: OBJECTS_PATH,
    handle: (request, response, { signal }) => serve(request, response, signal),
  }
}
