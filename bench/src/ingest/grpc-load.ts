import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { FixServiceService, RecordFixesResponse } from '@fairlead/proto/server/fairlead/locations/v1/fixes'

const FRAME_HEAD_BYTES = 5

/** Sends encoded messages by gRPC, and nothing else: what a client costs is not what is measured. */
export class GrpcLoad {
  readonly #origin: string
  readonly #authorization: string

  constructor(origin: string, authorization: string) {
    this.#origin = origin
    this.#authorization = authorization
  }

  /** By one connection. Resolves when all are answered; throws unless each fix of them was stored or taken, and none was there before. */
  async send(messages: readonly Uint8Array[], fixesInEach: number, atATime: number): Promise<void> {
    const session = connect(this.#origin)
    let next = 0
    const sender = async () => {
      for (;;) {
        const message = messages[next++]
        if (message === undefined) return
        const { counts, rejections } = await this.#record(session, message)
        if (Number(counts?.accepted) !== fixesInEach)
          throw new Error(
            `${counts?.accepted} of ${fixesInEach} were stored: ${JSON.stringify(rejections[0])}`,
          )
      }
    }
    try {
      await Promise.all(Array.from({ length: atATime }, sender))
    } finally {
      session.close()
    }
  }

  async #record(session: ClientHttp2Session, message: Uint8Array): Promise<RecordFixesResponse> {
    const stream = session.request({
      ':method': 'POST',
      ':path': FixServiceService.recordFixes.path,
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: this.#authorization,
    })
    let status: unknown
    stream.on('response', (headers) => {
      status ??= headers['grpc-status']
    })
    stream.on('trailers', (trailers) => {
      status = trailers['grpc-status']
    })
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    const head = Buffer.alloc(FRAME_HEAD_BYTES)
    head.writeUInt32BE(message.length, 1)
    stream.write(head)
    stream.end(message)
    await once(stream, 'close')
    const answer = Buffer.concat(chunks)
    if (status !== '0') throw new Error(`RecordFixes answered with the status ${status}`)
    return RecordFixesResponse.decode(answer.subarray(FRAME_HEAD_BYTES))
  }
}
