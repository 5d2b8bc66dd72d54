import { createServer as createHttpServer, type Server } from 'node:http'
import {
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'

export interface Upstream {
  port: number
  close(): Promise<void>
}

/** Frames one gRPC message. */
export function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5)
  header.writeUInt32BE(message.length, 1)
  return Buffer.concat([header, message])
}

/** HealthCheckResponse { status: SERVING }. */
const serving = Buffer.from([0x08, 0x01])

/**
 * A gRPC server that answers any method with an empty message and says in headers what reached it. WatchJob
 * sends a message every 300 ms, eight times; WatchJobs stays silent; QuoteJob never answers; RegisterDataset late.
 */
export async function grpcUpstream(
  name = 'backend-grpc',
  at = { host: '127.0.0.1', port: 0 },
): Promise<Upstream> {
  const sessions = new Set<ServerHttp2Session>()
  const server: Http2Server = createHttp2Server()
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  const answer = (stream: ServerHttp2Stream, path: string, requestId: string) => {
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'x-upstream': name,
        'x-upstream-path': path,
        'x-seen-request-id': requestId,
      },
      { waitForTrailers: true },
    )
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    if (path.endsWith('/WatchJob')) {
      let left = 8
      const timer = setInterval(() => {
        stream.write(frame(Buffer.alloc(0)))
        left -= 1
        if (left === 0) stream.end()
      }, 300)
      stream.on('close', () => clearInterval(timer))
    } else if (path.endsWith('/WatchJobs')) {
      stream.write(frame(Buffer.alloc(0)))
    } else {
      stream.end(frame(path === '/grpc.health.v1.Health/Check' ? serving : Buffer.alloc(0)))
    }
  }
  server.on('stream', (stream, headers) => {
    const path = String(headers[':path'])
    const requestId = String(headers['x-request-id'])
    stream.on('error', () => undefined)
    stream.resume()
    if (path.endsWith('/QuoteJob')) return
    if (!path.endsWith('/RegisterDataset')) return answer(stream, path, requestId)
    const timer = setTimeout(() => answer(stream, path, requestId), LATE_MS)
    stream.on('close', () => clearTimeout(timer))
  })
  return {
    port: await listen(server, at),
    close: () => {
      for (const session of sessions) session.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** How long an HTTP server takes for a path that ends with "/late": longer than a test's Envoy lets a stream be silent. */
const LATE_MS = 4_500

/** An HTTP server that says which one it is, what it was asked, and takes WebSocket upgrades. */
export async function httpUpstream(name: string): Promise<Upstream> {
  const server: Server = createHttpServer((request, response) => {
    let received = 0
    request.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    request.on('end', async () => {
      if (request.url?.endsWith('/late')) await new Promise((resolve) => setTimeout(resolve, LATE_MS))
      response.writeHead(200, {
        'content-type': request.url?.endsWith('.js') ? 'text/javascript' : 'text/plain',
        server: 'an upstream',
        'x-powered-by': 'an upstream',
        'x-upstream': name,
        'x-upstream-path': request.url ?? '',
        'x-received': String(received),
        'x-seen-request-id': String(request.headers['x-request-id']),
        'x-seen-host': String(request.headers.host),
        ...(name === 'store' ? { 'access-control-allow-origin': '*' } : {}),
        'x-seen-forwarded-host': String(request.headers['x-forwarded-host']),
      })
      response.end('const text = "a line that compresses well"\n'.repeat(100))
    })
  })
  server.on('upgrade', (request, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nx-upstream: ${name}\r\nx-upstream-path: ${request.url}\r\n\r\n`,
    )
    if (request.url?.endsWith('late')) setTimeout(() => socket.end('late'), LATE_MS)
    else socket.end()
  })
  return {
    port: await listen(server),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function listen(
  server: Server | Http2Server,
  { host, port } = { host: '127.0.0.1', port: 0 },
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return (server.address() as AddressInfo).port
}
