import { setTimeout as delay } from 'node:timers/promises'

const betweenTriesMs = 40

/** Tries until it works. Ends when `signal` aborts. */
export async function until(
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<boolean>,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    try {
      if (await attempt(signal)) return
    } catch {
      // Not yet listening, or not yet well; the caller's signal bounds how often this may happen.
    }
    await delay(betweenTriesMs, undefined, { signal })
  }
}

const tryWithinMs = 2000

export function httpReady(url: string): (signal: AbortSignal) => Promise<void> {
  return (signal) =>
    until(signal, async () => {
      const response = await fetch(url, {
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(tryWithinMs)]),
      })
      await response.arrayBuffer()
      return response.status === 200
    })
}

/** An empty grpc.health.v1.HealthCheckRequest: flags 0, length 0. */
const emptyMessage = Buffer.alloc(5)
/** In the answer: field 1 (status) = 1 (SERVING). */
const serving = Buffer.from([0x08, 0x01])

/** The backend's own gRPC health, asked the way a browser would: gRPC-web through the front door. */
export function grpcHealthReady(url: string): (signal: AbortSignal) => Promise<void> {
  return (signal) =>
    until(signal, async () => {
      const response = await fetch(`${url}/grpc/grpc.health.v1.Health/Check`, {
        method: 'POST',
        headers: { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1' },
        body: emptyMessage,
        signal: AbortSignal.any([signal, AbortSignal.timeout(tryWithinMs)]),
      })
      const body = Buffer.from(await response.arrayBuffer())
      return response.status === 200 && body.subarray(5, 7).equals(serving)
    })
}
