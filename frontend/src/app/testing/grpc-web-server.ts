import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One call as the server sees it. Frames are those of gRPC-Web: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md */
export interface Call {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Settles when the client has gone. */
  readonly closed: Promise<void>
  message(bytes: Uint8Array): void
  /** @param trailers such as "grpc-message" */
  end(status: number, trailers?: Readonly<Record<string, string>>): void
  /** Breaks the connection in the middle of the answer. */
  destroy(): void
}

/** A gRPC-Web server on a free port of loopback whose answers are given call by call. */
export async function startGrpcWebServer(answer: (call: Call) => void) {
  const server = createServer((request, response) => {
    request.resume()
    const started = () => {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/grpc-web+proto' })
    }
    answer({
      method: request.url?.split('/').at(-1) ?? '',
      headers: request.headers,
      closed: new Promise((resolve) => response.on('close', resolve)),
      message: (bytes) => {
        started()
        writeFrame(response, 0, bytes)
      },
      end: (status, trailers = {}) => {
        started()
        const lines = Object.entries({ 'grpc-status': String(status), ...trailers })
        writeFrame(response, 0x80, new TextEncoder().encode(lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')))
        response.end()
      },
      destroy: () => response.destroy(),
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function writeFrame(response: ServerResponse, flag: number, bytes: Uint8Array): void {
  const head = Buffer.alloc(5)
  head[0] = flag
  head.writeUInt32BE(bytes.length, 1)
  response.write(Buffer.concat([head, bytes]))
}
