import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Collect, Opened, OpenSockets, Received } from './socket-messages.ts'

const PROCESSES = 2

export interface ReceivedNotification {
  /** The place of its user. */
  readonly user: number
  readonly sequence: number
  readonly atMs: number
}

/** A socket for each user, spread over processes so that receiving is not what is measured. */
export class SocketProcesses {
  readonly #children: readonly ChildProcess[]
  readonly #share: number

  private constructor(children: readonly ChildProcess[], share: number) {
    this.#children = children
    this.#share = share
  }

  /** Resolves when every socket is ready. */
  static async open(options: OpenSockets): Promise<SocketProcesses> {
    const share = Math.ceil(options.tokens.length / PROCESSES)
    const children = await Promise.all(
      Array.from({ length: PROCESSES }, async (_, index) => {
        const child = fork(new URL('./sockets.ts', import.meta.url))
        const tokens = options.tokens.slice(index * share, (index + 1) * share)
        child.send({ ...options, tokens } satisfies OpenSockets)
        await answerOf<Opened>(child)
        return child
      }),
    )
    return new SocketProcesses(children, share)
  }

  /** Everything that came so far. */
  async received(): Promise<ReceivedNotification[]> {
    const all = await Promise.all(
      this.#children.map(async (child, index) => {
        child.send('collect' satisfies Collect)
        const { sockets, sequences, timesMs } = await answerOf<Received>(child)
        return sockets.map((socket, row) => ({
          user: index * this.#share + socket,
          sequence: sequences[row] ?? Number.NaN,
          atMs: timesMs[row] ?? Number.NaN,
        }))
      }),
    )
    return all.flat()
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const ended = once(child, 'exit')
        child.kill()
        await ended
      }),
    )
  }
}

/** The next message; rejects when the process ends without one. */
async function answerOf<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController()
  const onExit = (code: number | null) => ended.abort(new Error(`sockets ended with exit code ${code}`))
  child.once('exit', onExit)
  try {
    const [message] = await once(child, 'message', { signal: ended.signal })
    return message as Message
  } finally {
    child.off('exit', onExit)
  }
}
