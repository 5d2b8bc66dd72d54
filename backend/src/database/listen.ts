import { EventEmitter } from 'node:events'
import pg from 'pg'
import type { Logger } from 'pino'

interface ListenerEvents {
  notification: [channel: string, payload: string]
  /** After every reconnect: notifications may have been missed, so read the state again. */
  resync: []
}

export interface Listener extends EventEmitter<ListenerEvents> {
  /** False while notifications may be missed: what they keep fresh must not be trusted. */
  readonly connected: boolean
  close(): Promise<void>
}

export interface ListenOptions {
  readonly channels: readonly string[]
  readonly log?: Logger
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000
/** A dead peer is noticed after one interval and one timeout, well within the 20 s that watchers wait. */
const PROBE_INTERVAL_MS = 5_000
const PROBE_TIMEOUT_MS = 5_000

/**
 * One dedicated connection that LISTENs on the channels. Resolves when it does; from then on it reconnects by
 * itself, with back-off, until closed.
 */
export async function listen(url: string, options: ListenOptions): Promise<Listener> {
  const listener = new ReconnectingListener(url, options)
  await listener.connect()
  return listener
}

class ReconnectingListener extends EventEmitter<ListenerEvents> implements Listener {
  readonly #url: string
  readonly #options: ListenOptions
  #client: pg.Client | undefined
  #timer: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS
  #closed = false

  constructor(url: string, options: ListenOptions) {
    super()
    this.#url = url
    this.#options = options
  }

  get connected(): boolean {
    return this.#client !== undefined
  }

  async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'fairlead listener',
      keepAlive: true,
      connectionTimeoutMillis: PROBE_TIMEOUT_MS,
      query_timeout: PROBE_TIMEOUT_MS,
    })
    client.on('notification', (message) => this.emit('notification', message.channel, message.payload ?? ''))
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('the connection ended')))
    try {
      await client.connect()
      for (const channel of this.#options.channels)
        await client.query(`listen ${client.escapeIdentifier(channel)}`)
    } catch (error) {
      await client
        .end()
        .catch((cause) => this.#options.log?.debug({ err: cause }, 'closing a failed listener'))
      throw error
    }
    if (this.#closed) {
      await client.end()
      return
    }
    this.#client = client
    this.#probeLater(client)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  #probeLater(client: pg.Client): void {
    this.#timer = setTimeout(() => {
      client.query('select 1').then(
        () => {
          if (this.#client === client) this.#probeLater(client)
        },
        (error) => this.#lost(client, error),
      )
    }, PROBE_INTERVAL_MS)
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#closed || this.#client !== client) return
    this.#client = undefined
    clearTimeout(this.#timer)
    this.#options.log?.warn(
      { err: error, retryMs: this.#retryMs },
      'the database listener lost its connection',
    )
    client.end().catch((cause) => this.#options.log?.debug({ err: cause }, 'closing a lost listener'))
    this.#reconnectLater()
  }

  #reconnectLater(): void {
    this.#timer = setTimeout(() => {
      this.connect().then(
        () => {
          this.#retryMs = FIRST_RETRY_MS
          if (!this.#closed) this.emit('resync')
        },
        (error) => {
          if (this.#closed) return
          this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2)
          this.#options.log?.warn(
            { err: error, retryMs: this.#retryMs },
            'the database listener cannot connect',
          )
          this.#reconnectLater()
        },
      )
    }, this.#retryMs)
  }
}
