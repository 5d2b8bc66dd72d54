import { once } from 'node:events'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'

interface Link {
  readonly client: Socket
  readonly server: Socket
}

/** Stands between a process and a server, and lets a test take the server away. */
export class TcpProxy {
  /** Ends the connection once that many bytes went to the server on it; once. */
  cutAfterBytes: number | undefined
  /** From the first bytes to the server that match on, nothing more goes to it on that connection; once. */
  stallOn: RegExp | undefined
  /** The first bytes to the server that match, and what follows them on that connection, wait until they are let go; once. */
  #holding:
    | { readonly on: RegExp; readonly reached: () => void; readonly released: Promise<void> }
    | undefined
  readonly #target: { readonly host: string; readonly port: number }
  readonly #server: Server
  readonly #links = new Set<Link>()
  #down = false
  #onCut: () => void = () => undefined
  #onStall: () => void = () => undefined

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target
    this.#server = createServer({ pauseOnConnect: true }, (client) => this.#connect(client))
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen')
    return address.port
  }

  /** As if the server was killed: what is open ends, and whoever connects is cut off. */
  down(): void {
    this.#down = true
    for (const { client, server } of this.#links) {
      client.destroy()
      server.destroy()
    }
  }

  up(): void {
    this.#down = false
  }

  /** Resolves when `cutAfterBytes` has cut. */
  cut(afterBytes: number): Promise<void> {
    this.cutAfterBytes = afterBytes
    return new Promise((resolve) => {
      this.#onCut = resolve
    })
  }

  /** Resolves when something has come to a stand. */
  stalled(on: RegExp): Promise<void> {
    this.stallOn = on
    return new Promise((resolve) => {
      this.#onStall = resolve
    })
  }

  /** What matches is held on its way: `reached` resolves when there is something, and `release` lets it go. */
  hold(on: RegExp): { readonly reached: Promise<void>; release(): void } {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    this.#holding = { on, reached: reached.resolve, released: released.promise }
    return { reached: reached.promise, release: () => released.resolve() }
  }

  async stop(): Promise<void> {
    this.down()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #connect(client: Socket): void {
    if (this.#down) {
      client.destroy()
      return
    }
    const server = dial(this.#target)
    const link = { client, server }
    this.#links.add(link)
    const end = () => {
      this.#links.delete(link)
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      socket.on('error', end)
      socket.on('close', end)
    }
    let sent = 0
    let stands = false
    client.on('data', (chunk: Buffer) => {
      sent += chunk.length
      if (this.stallOn?.test(chunk.toString('latin1')) === true) {
        this.stallOn = undefined
        stands = true
        this.#onStall()
      }
      if (stands) return
      const holding = this.#holding
      if (holding?.on.test(chunk.toString('latin1')) === true) {
        this.#holding = undefined
        client.pause()
        client.unshift(chunk)
        sent -= chunk.length
        void holding.released.then(() => client.resume())
        holding.reached()
        return
      }
      if (this.cutAfterBytes !== undefined && sent >= this.cutAfterBytes) {
        this.cutAfterBytes = undefined
        end()
        this.#onCut()
        return
      }
      if (!server.write(chunk)) client.pause()
    })
    server.on('drain', () => client.resume())
    server.pipe(client)
    client.resume()
  }
}
