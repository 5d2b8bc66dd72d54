import type { ChildProcess } from 'node:child_process'
import { grownBy, type Memory, memoryOf } from './server-memory.ts'
import type { OpenSockets } from './socket-messages.ts'
import { type ReceivedNotification, SocketProcess } from './socket-process.ts'

/**
 * What a server takes for each of its first sockets depends on how much of its memory lay idle; so a socket is what
 * the others add to a fifth of them.
 */
const FEW = 0.2

export interface AllSockets {
  received(): Promise<ReceivedNotification[]>
  /** Of the server, for each further idle socket. */
  readonly socketMemory: Memory
}

export async function openSockets(
  started: AsyncDisposableStack,
  server: ChildProcess,
  options: OpenSockets,
): Promise<AllSockets> {
  const open = async (from: number, to: number) => {
    const sockets = await SocketProcess.open({ ...options, tokens: options.tokens.slice(from, to) }, from)
    started.defer(() => sockets.close())
    return sockets
  }
  const count = options.tokens.length
  const few = count * FEW
  const first = await open(0, few)
  const withFew = await memoryOf(server)
  const others = await open(few, count)
  const socketMemory = grownBy(count - few, withFew, await memoryOf(server))
  return {
    socketMemory,
    received: async () => [...(await first.received()), ...(await others.received())],
  }
}
