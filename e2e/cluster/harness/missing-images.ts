import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'

/**
 * A registry that has no image, at the address where the node looks for all that it was not given: nobody listens there
 * otherwise, which is a registry that is away and may come back. Resolves with what ends it.
 */
export async function haveNoImages(): Promise<() => Promise<void>> {
  const hosts = join(dirname(process.env['KUBECONFIG'] ?? ''), 'registries/_default/hosts.toml')
  const server = /^server = "(.+)"$/m.exec(await readFile(hosts, 'utf8'))?.[1]
  if (server === undefined) throw new Error(`${hosts} names no server`)
  const { hostname, port } = new URL(server)
  // As the OCI distribution specification has it, "Pulling manifests".
  const unknown = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] })
  const registry = createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' }).end(unknown)
  })
  registry.listen(Number(port), hostname)
  await once(registry, 'listening')
  return async () => {
    registry.closeAllConnections()
    await registry[Symbol.asyncDispose]()
  }
}
