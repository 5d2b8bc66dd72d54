import { once } from 'node:events'
import { request as ask, createServer } from 'node:http'

export type Disturbance = 'refuse' | 'cut'

export interface UnsteadyProxy {
  readonly url: string
  close(): Promise<void>
}

/**
 * Before a server: disturbs the first requests as it is told, and passes on the others. `cut` passes a request on and
 * breaks the connection in the middle of its answer, or of its body where it has one.
 */
export async function unsteadyProxy(target: string, disturbances: Disturbance[]): Promise<UnsteadyProxy> {
  const server = createServer((request, response) => {
    const disturbance = disturbances.shift()
    if (disturbance === 'refuse') {
      response.writeHead(503).end('no healthy upstream')
      return
    }
    const { method, headers, url } = request
    const onward = ask(`${target}${url}`, { method: method ?? 'GET', headers })
    onward.on('error', () => response.destroy())
    onward.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      if (disturbance !== 'cut') answer.pipe(response)
      else {
        answer.once('data', (chunk: Buffer) => response.write(chunk.subarray(0, 1), () => response.destroy()))
        // Of one without content not even its head arrives.
        answer.once('end', () => response.destroy())
      }
    })
    if (disturbance === 'cut' && method === 'PUT') {
      request.once('data', (chunk: Buffer) => {
        onward.write(chunk, () => {
          onward.destroy()
          request.destroy()
        })
      })
    } else request.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
