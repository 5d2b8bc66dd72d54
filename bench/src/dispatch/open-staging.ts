import { createServer } from 'node:http'
import { addressForPods } from './container-system.ts'

/** Answers the agent as the staging server does for a container without inputs, whoever asks: for the reference's pods. */
export async function startOpenStaging(started: AsyncDisposableStack): Promise<string> {
  const description = JSON.stringify({ inputs: [], parameters: {}, outputLimitBytes: 2 ** 30 })
  const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    request.resume()
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(description)
    } else response.writeHead(204).end()
  })
  const host = addressForPods()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  started.defer(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  return `http://${host}:${address.port}`
}
