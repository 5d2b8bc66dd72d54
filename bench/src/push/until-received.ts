import { setTimeout } from 'node:timers/promises'
import type { AllSockets } from './all-sockets.ts'
import type { ReceivedNotification } from './socket-process.ts'

const GIVE_UP_AFTER_MS = 30_000
const LOOK_EVERY_MS = 500

/** Everything, once as many have come as were sent. */
export async function untilReceived(sockets: AllSockets, messages: number): Promise<ReceivedNotification[]> {
  for (const end = performance.now() + GIVE_UP_AFTER_MS; ; ) {
    const received = await sockets.received()
    if (received.length >= messages) return received
    if (performance.now() > end) throw new Error(`of ${messages} messages ${received.length} came`)
    await setTimeout(LOOK_EVERY_MS)
  }
}
