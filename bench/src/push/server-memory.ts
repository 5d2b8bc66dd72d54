import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Node's arguments for a server that can be asked for its memory. */
export const reportsMemory = [
  '--expose-gc',
  '--import',
  new URL('./memory-reporter.ts', import.meta.url).href,
]

export interface Memory {
  readonly residentBytes: number
  /** Of JavaScript: what of it is in use. */
  readonly usedBytes: number
}

/** After full collections. */
export async function memoryOf(server: ChildProcess): Promise<Memory> {
  server.send('memory')
  const [memory] = (await once(server, 'message')) as [Memory]
  return memory
}

/** What each of so many added, on average. */
export function grownBy(count: number, before: Memory, after: Memory): Memory {
  return {
    residentBytes: (after.residentBytes - before.residentBytes) / count,
    usedBytes: (after.usedBytes - before.usedBytes) / count,
  }
}
