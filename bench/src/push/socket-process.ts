import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { stopProcess } from '../backend-system/start-backend.ts'
import type { Collect, Opened, OpenSockets, Received } from './socket-messages.ts'

export interface ReceivedNotification {
  /** The place of its user. */
  readonly user: number
  readonly sequence: number
  readonly atMs: number
}

/** Sockets in a process of their own, so that receiving is not what is measured. */
export class SocketProcess {
  readonly #child: ChildProcess
  readonly #firstUser: number

  private constructor(child: ChildProcess, firstUser: number) {
    this.#child = child
    this.#firstUser = firstUser
  }

  /** A socket for each token, whose users follow each other. Resolves when every socket is ready. */
  static async open(options: OpenSockets, firstUser: number): Promise<SocketProcess> {
    const child = fork(new URL('./sockets.ts', import.meta.url))
    child.send(options satisfies OpenSockets)
    await answerOf<Opened>(child)
    return new SocketProcess(child, firstUser)
  }

  /** Everything that came so far. */
  async received(): Promise<ReceivedNotification[]> {
    this.#child.send('collect' satisfies Collect)
    const { sockets, sequences, timesMs } = await answerOf<Received>(this.#child)
    return sockets.map((socket, row) => ({
      user: this.#firstUser + socket,
      sequence: sequences[row] ?? Number.NaN,
      atMs: timesMs[row] ?? Number.NaN,
    }))
  }

  close(): Promise<void> {
    return stopProcess(this.#child)
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
