import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { type ChannelModel, connect, type SocketOptions } from 'amqplib'
import type { Logger } from 'pino'

/** A broker, and how it is reached. */
export interface AmqpServer {
  /** "amqp://..." or "amqps://...", with the credentials and the virtual host. */
  readonly url: string
  /** PEM of the authority that signed the server's certificate; undefined for those that Node knows. */
  readonly caFile?: string | undefined
  /** PEM of our own certificate and its key; undefined when the server asks for none. */
  readonly client?: { readonly certificateFile: string; readonly keyFile: string } | undefined
}

export interface AmqpConnectionOptions {
  readonly server: AmqpServer
  /** Shown by the broker's tools. */
  readonly name: string
  readonly log: Logger
  /** Opens the channels and asserts what they need, at each connect. When it rejects, another connection is made. */
  begin(connection: ChannelModel): Promise<void>
  /** The connection of the last `begin` is gone, and its channels with it. */
  onLost?(problem: string): void
}

export interface AmqpConnectionStatus {
  /** Whether `begin` has ended on a connection that stands. */
  readonly connected: boolean
  /** The broker takes no messages from this connection for now: it is out of memory or disk. */
  readonly blocked: boolean
  /** Why messages do not go through; empty when they do. */
  readonly problem: string
}

export interface AmqpConnection {
  status(): AmqpConnectionStatus
  close(): Promise<void>
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 10_000
const CONNECT_TIMEOUT_MS = 10_000
const GOODBYE_MS = 1_000
/** A dead peer is noticed after two of them. */
const HEARTBEAT_S = 10

/**
 * A connection that is made again, with back-off and jitter, whenever it is lost, until closed. Does not wait for
 * the broker. Use one for publishing and another for consuming: a broker short of memory stops reading from those
 * that publish, acknowledgements included.
 */
export function openAmqpConnection(options: AmqpConnectionOptions): AmqpConnection {
  return new ReconnectingConnection(options)
}

class ReconnectingConnection implements AmqpConnection {
  readonly #options: AmqpConnectionOptions
  readonly #closed = new AbortController()
  readonly #aborted: Promise<undefined>
  readonly #ended: Promise<void>
  #model: ChannelModel | undefined
  #status: AmqpConnectionStatus = { connected: false, blocked: false, problem: 'not connected yet' }

  constructor(options: AmqpConnectionOptions) {
    this.#options = options
    this.#aborted = new Promise((resolve) => {
      this.#closed.signal.addEventListener('abort', () => resolve(undefined))
    })
    this.#ended = this.#run()
  }

  status(): AmqpConnectionStatus {
    return this.#status
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await end(this.#model)
    await this.#ended
  }

  async #run(): Promise<void> {
    const { log, name, onLost } = this.#options
    const { signal } = this.#closed
    for (let attempt = 0; !signal.aborted; attempt++) {
      let problem: string
      try {
        const connecting = this.#connect()
        const model = await Promise.race([connecting, this.#aborted])
        if (model === undefined) {
          connecting.then(end, () => undefined)
          break
        }
        const lost = lossOf(model)
        this.#model = model
        this.#heedAlarms(model)
        // What is lost while it begins may leave it without an answer for ever.
        const begun = this.#options.begin(model)
        const early = await Promise.race([begun.then(() => undefined), lost])
        if (early === undefined) {
          this.#status = {
            ...this.#status,
            connected: true,
            problem: this.#status.blocked ? this.#status.problem : '',
          }
          log.info({ connection: name }, 'connected to the message broker')
          attempt = 0
        }
        problem = early ?? (await lost)
      } catch (error) {
        problem = problemOf(error)
        await end(this.#model)
      }
      this.#model = undefined
      this.#status = { connected: false, blocked: false, problem }
      onLost?.(problem)
      if (signal.aborted) break
      if (attempt < 2) log.warn({ connection: name, problem }, 'the message broker is not connected')
      await setTimeout(delayMs(attempt), undefined, { signal }).catch(() => undefined)
    }
    this.#status = { connected: false, blocked: false, problem: 'closed' }
  }

  async #connect(): Promise<ChannelModel> {
    const { server, name } = this.#options
    const options: SocketOptions = {
      noDelay: true,
      keepAlive: true,
      timeout: CONNECT_TIMEOUT_MS,
      clientProperties: { connection_name: name },
    }
    // Read anew each time, since certificates are renewed.
    if (server.caFile !== undefined) options.ca = await readFile(server.caFile)
    if (server.client !== undefined) {
      options.cert = await readFile(server.client.certificateFile)
      options.key = await readFile(server.client.keyFile)
    }
    const url = new URL(server.url)
    if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(HEARTBEAT_S))
    return connect(url.href, options)
  }

  #heedAlarms(model: ChannelModel): void {
    const { log, name } = this.#options
    model.on('blocked', (reason) => {
      log.warn({ connection: name, reason }, 'the message broker takes no messages for now')
      this.#status = { ...this.#status, blocked: true, problem: `blocked by the broker: ${reason}` }
    })
    model.on('unblocked', () => {
      log.info({ connection: name }, 'the message broker takes messages again')
      this.#status = { ...this.#status, blocked: false, problem: '' }
    })
  }
}

/** Resolves with the reason once the connection is gone. */
function lossOf(model: ChannelModel): Promise<string> {
  return new Promise((resolve) => {
    let problem = 'the connection was closed'
    model.on('error', (error) => {
      problem = problemOf(error)
    })
    model.once('close', () => resolve(problem))
  })
}

/** A broker that has blocked the connection does not read our goodbye. */
async function end(model: ChannelModel | undefined): Promise<void> {
  if (model === undefined) return
  const waited = new AbortController()
  const closed = model.close().catch(() => undefined)
  const late = setTimeout(GOODBYE_MS, true, { signal: waited.signal }).catch(() => false)
  if (await Promise.race([closed, late])) socketOf(model)?.destroy()
  waited.abort()
}

function socketOf(model: ChannelModel): Socket | undefined {
  return 'stream' in model.connection ? (model.connection.stream as Socket) : undefined
}

/** As the socket or the broker says it. Neither names credentials, but a URL that cannot be parsed would be. */
function problemOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(problemOf).join('; ')
  return error instanceof Error ? error.message.replace(/amqps?:\/\/\S+/g, 'the URL') : String(error)
}

function delayMs(attempt: number): number {
  const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt)
  return most * (0.5 + Math.random() / 2)
}
