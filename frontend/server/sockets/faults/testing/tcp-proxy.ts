import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Stands in a way, to be cut or led elsewhere. */
export class TcpProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** New connections go to this port. */
  target: number
  /** New connections end at once. */
  isCut = false
  /** When each connection came. */
  readonly cameAtMs: number[] = []

  private constructor(target: number) {
    this.target = target
    this.#server = createServer((near) => this.#pass(near))
  }

  static async start(started: AsyncDisposableStack, target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    started.defer(() => proxy.#stop())
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
    return address.port
  }

  /** Ends what is open, and every new connection until `isCut` is false again. */
  cut(): void {
    this.isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  #pass(near: Socket): void {
    this.cameAtMs.push(performance.now())
    if (this.isCut) {
      near.destroy()
      return
    }
    const far = connect(this.target, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.pipe(other)
      // The end of one side is that of the other, in whatever way it came.
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
  }

  async #stop(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
