import { request as httpRequest } from 'node:http'
import type { Logger } from 'pino'
import { pino } from 'pino'
import type { HttpRoute } from '../../server/http-route.ts'
import { createHttpServer } from '../../server/http-server.ts'

export interface HttpFixture {
  readonly origin: string
  stop(): Promise<void>
}

export async function httpFixture(
  routes: readonly HttpRoute[],
  log: Logger = pino({ level: 'silent' }),
): Promise<HttpFixture> {
  const server = createHttpServer(routes, log)
  const port = await server.start({ host: '127.0.0.1', port: 0 })
  return { origin: `http://127.0.0.1:${port}`, stop: () => server.stop() }
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface RawRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer | Iterable<Buffer>
}

/** A request exactly as given: fetch would tidy its path, and follow its redirects. */
export function rawRequest(origin: string, path: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  const { method = 'GET', headers = {}, body } = options
  return new Promise((resolve, reject) => {
    let answered = false
    const sent = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
      answered = true
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    // What is left to send when the answer is there does not matter.
    sent.on('error', (error) => {
      if (!answered) reject(error)
    })
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
      sent.end(body)
      return
    }
    const pieces = body[Symbol.iterator]()
    const next = () => {
      for (;;) {
        const { value, done } = pieces.next()
        if (done === true) {
          sent.end()
          return
        }
        if (!sent.write(value)) {
          sent.once('drain', next)
          return
        }
      }
    }
    next()
  })
}
