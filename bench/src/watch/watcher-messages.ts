export interface WatchersOptions {
  readonly address: string
  /** "/package.Service/Method" */
  readonly path: string
  /** The encoded request, base64. */
  readonly request: string
  readonly authorization: string
  /** What is streamed. Changes of an organisation's jobs are received, and not told of one by one. */
  readonly messages: 'JobEvent' | 'JobChange'
  readonly count: number
}

/** All watchers of a process have the event. */
export interface Received {
  /** 0: every stream has begun. */
  readonly sequence: number
  /** Of the machine's monotonic clock, which its processes share. */
  readonly atNs: string
}

/**
 * The first field of a JobEvent without decoding the rest, so that the watchers' processes are not what is
 * measured; 0 for a heartbeat.
 */
export function readSequence(message: Buffer): number {
  if (message[0] !== 0x08) return 0
  let value = 0
  for (let byte = 1, scale = 1; ; byte++, scale *= 128) {
    const bits = message[byte] ?? 0
    value += (bits & 0x7f) * scale
    if (bits < 0x80) return value
  }
}
