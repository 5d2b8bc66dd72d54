import { once } from 'node:events'
import { WebSocket } from 'ws'
import { publicUrl } from './system.ts'

type Said = Readonly<Record<string, unknown>> & { readonly type: string }

/** A client of any manners. */
export class Visitor {
  readonly socket: WebSocket
  readonly said: Said[] = []
  /** The code that the socket was closed with. */
  readonly closed: Promise<number>
  #onSaid: () => void = () => undefined

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      this.said.push(JSON.parse(String(data)))
      this.#onSaid()
    })
    // What is written after the server has had enough.
    socket.on('error', () => undefined)
    this.closed = once(socket, 'close').then(([code]) => code as number)
  }

  static async come(port: number, origin = publicUrl): Promise<Visitor> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin, perMessageDeflate: false })
    const visitor = new Visitor(socket)
    await once(socket, 'open')
    return visitor
  }

  /** Comes, shows the token and is let in. */
  static async greeted(port: number, token: string, resume: number | null = null): Promise<Visitor> {
    const visitor = await Visitor.come(port)
    visitor.say({ type: 'hello', token, resume })
    await visitor.hears('ready')
    return visitor
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  /** The first message of the type, said already or yet to come; rejects when the socket is closed before. */
  async hears(type: string): Promise<Said> {
    const closed = this.closed.then((code) => {
      throw new Error(`the socket was closed with ${code} before it said "${type}"`)
    })
    closed.catch(() => undefined)
    for (;;) {
      const found = this.said.find((each) => each.type === type)
      if (found !== undefined) return found
      const next = new Promise<void>((resolve) => {
        this.#onSaid = resolve
      })
      await Promise.race([next, closed])
    }
  }

  sequences(): number[] {
    return this.said.flatMap(({ type, notification }) =>
      type === 'notification' ? [(notification as { sequence: number }).sequence] : [],
    )
  }

  leave(): void {
    this.socket.terminate()
  }
}

/** The status of the answer to an upgrade that is refused. */
export async function refusedWith(port: number, origin: string | undefined): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, origin === undefined ? {} : { origin })
  socket.on('error', () => undefined)
  const [, response] = await once(socket, 'unexpected-response')
  socket.terminate()
  return response.statusCode
}
