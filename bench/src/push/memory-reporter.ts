// Loaded before a server: tells its memory when asked, after a full collection.
import { setTimeout } from 'node:timers/promises'
import type { Memory } from './server-memory.ts'

/** V8 hands pages back some time after they are free. */
const SETTLE_MS = 500

process.on('message', async (message) => {
  if (message !== 'memory') return
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.()
    await setTimeout(SETTLE_MS)
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send?.({ residentBytes: rss, usedBytes: heapUsed + external } satisfies Memory)
})
// It must not keep a server alive that has stopped.
process.channel?.unref()
