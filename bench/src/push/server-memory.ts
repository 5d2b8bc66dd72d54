import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Node's arguments for a server that can be asked for its memory. */
export const reportsMemory = [
  '--expose-gc',
  '--import',
  new URL('./memory-reporter.ts', import.meta.url).href,
]

/** Resident, after a full collection. */
export async function memoryBytes(server: ChildProcess): Promise<number> {
  server.send('memory')
  const [{ rssBytes }] = (await once(server, 'message')) as [{ rssBytes: number }]
  return rssBytes
}
