import { Pool } from 'undici'

export interface WebCall {
  /** Of the Envoy in front. */
  readonly origin: string
  /** "/package.Service/Method" */
  readonly method: string
  readonly message: Uint8Array
  readonly token: string
}

const GRPC_WEB = 'application/grpc-web+proto'

/** Sends one gRPC-web call over and over on kept-alive HTTP/1.1 connections, and reads every answer whole. */
export class WebLoad {
  readonly #pool: Pool
  readonly #call: WebCall
  readonly #connections: number
  readonly #body: Buffer

  constructor(call: WebCall, connections: number) {
    this.#call = call
    this.#connections = connections
    this.#pool = new Pool(call.origin, { connections, pipelining: 1 })
    const head = Buffer.alloc(5)
    head.writeUInt32BE(call.message.length, 1)
    this.#body = Buffer.concat([head, call.message])
  }

  /** One call's message. Throws unless its status is OK. */
  async once(): Promise<Buffer> {
    const { method, token } = this.#call
    const { statusCode, headers, body } = await this.#pool.request({
      path: `/grpc${method}`,
      method: 'POST',
      headers: { 'content-type': GRPC_WEB, 'x-grpc-web': '1', authorization: `Bearer ${token}` },
      body: this.#body,
    })
    const bytes = Buffer.from(await body.arrayBuffer())
    const length = bytes.length >= 5 ? bytes.readUInt32BE(1) : 0
    const trailers = bytes.subarray(5 + length).toString()
    if (statusCode !== 200 || !/grpc-status: ?0\b/.test(trailers)) {
      throw new Error(`${method} answered HTTP ${statusCode} ${headers['grpc-message'] ?? ''} ${trailers}`)
    }
    return bytes.subarray(5, 5 + length)
  }

  /** Answered calls per second, with as many under way at any time as there are connections. */
  async rate(durationMs: number): Promise<number> {
    const begin = performance.now()
    const end = begin + durationMs
    let answered = 0
    const caller = async () => {
      while (performance.now() < end) {
        await this.once()
        answered++
      }
    }
    await Promise.all(Array.from({ length: this.#connections }, caller))
    return answered / ((performance.now() - begin) / 1000)
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
