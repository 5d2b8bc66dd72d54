import { setTimeout } from 'node:timers/promises'
import { JobEvent, JobServiceService, WatchJobRequest } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { Agent, request } from 'undici'

const FRAME_HEAD_BYTES = 5
const TRAILERS = 0x80
/** As the page's own shortest. */
const RECONNECT_MS = 200

/** One WatchJob stream by gRPC-web that comes back where it was, as the page does. */
export class JobStream {
  /** Times that it came back. */
  resumed = 0
  /** Events that came twice or out of turn, and those that never came: the sequences are without gaps. */
  readonly faults: string[] = []
  /** Of the last event. */
  sequence = 0n
  readonly #stopped = new AbortController()
  // Its own connection: a browser's streams share one, but a frozen one should be seen in one stream only.
  readonly #agent = new Agent({ connections: 1, bodyTimeout: 30_000 })
  readonly #ended: Promise<void>
  readonly #origin: string
  readonly #name: string
  readonly #token: string

  constructor(origin: string, name: string, token: string) {
    this.#origin = origin
    this.#name = name
    this.#token = token
    this.#ended = this.#follow()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#ended
    await this.#agent.destroy()
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (attempt > 0) {
        this.resumed++
        await setTimeout(RECONNECT_MS, undefined, { signal }).catch(() => undefined)
      }
      // Whatever ended the stream, the next attempt shows whether it can be resumed.
      await this.#watch(signal).catch(() => undefined)
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const message = WatchJobRequest.encode({ name: this.#name, afterSequence: this.sequence }).finish()
    const head = Buffer.alloc(FRAME_HEAD_BYTES)
    head.writeUInt32BE(message.length, 1)
    const { body } = await request(`${this.#origin}/grpc${JobServiceService.watchJob.path}`, {
      dispatcher: this.#agent,
      method: 'POST',
      signal,
      headers: {
        'content-type': 'application/grpc-web+proto',
        'x-grpc-web': '1',
        authorization: `Bearer ${this.#token}`,
      },
      body: Buffer.concat([head, message]),
    })
    let bytes = Buffer.alloc(0)
    for await (const chunk of body) {
      bytes = Buffer.concat([bytes, chunk])
      for (;;) {
        if (bytes.length < FRAME_HEAD_BYTES) break
        const end = FRAME_HEAD_BYTES + bytes.readUInt32BE(1)
        if (bytes.length < end) break
        if (((bytes[0] ?? 0) & TRAILERS) === 0) this.#note(bytes.subarray(FRAME_HEAD_BYTES, end))
        bytes = bytes.subarray(end)
      }
    }
  }

  #note(message: Buffer): void {
    const { sequence, event } = JobEvent.decode(message)
    if (event?.$case === 'heartbeat') return
    if (sequence !== this.sequence + 1n) this.faults.push(`${this.#name}: ${sequence} after ${this.sequence}`)
    this.sequence = sequence
  }
}
