import type { Logger } from 'pino'
// Past the index, which would load all of TypeORM into a process that has no tables.
import { type Listener, listen } from '../../../database/listen.ts'
import type { PushReceiver, PushReceiverHandlers } from '../../../ports/push.ts'
import { receive } from '../push-codec.ts'
import { PUSH_CHANNEL } from './postgres-push-sender.ts'

export interface PostgresPushReceiverOptions {
  /** Of a role that may connect; it needs no rights to any table. */
  readonly databaseUrl: string
  readonly handlers: PushReceiverHandlers
  readonly log: Logger
}

const FIRST_RETRY_MS = 200
const LAST_RETRY_MS = 5_000

/**
 * Listens to every message and drops those of users who are not bound here. Resolves when it listens, or when it
 * could not at first: then it goes on trying by itself.
 */
export async function openPostgresPushReceiver(options: PostgresPushReceiverOptions): Promise<PushReceiver> {
  const receiver = new PostgresPushReceiver(options)
  await receiver.connect()
  return receiver
}

class PostgresPushReceiver implements PushReceiver {
  readonly #options: PostgresPushReceiverOptions
  readonly #bound = new Set<string>()
  #listener: Listener | undefined
  #timer: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS
  #connecting: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: PostgresPushReceiverOptions) {
    this.#options = options
  }

  connect(): Promise<void> {
    this.#connecting = this.#connect()
    return this.#connecting
  }

  async bind(userId: string): Promise<void> {
    this.#bound.add(userId)
  }

  unbind(userId: string): void {
    this.#bound.delete(userId)
  }

  connected(): boolean {
    return this.#listener?.connected ?? false
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#connecting
    await this.#listener?.close()
  }

  /** The first time; a listener that was there once reconnects by itself. */
  async #connect(): Promise<void> {
    const { databaseUrl, handlers, log } = this.#options
    const retried = this.#timer !== undefined
    try {
      const listener = await listen(databaseUrl, { channels: [PUSH_CHANNEL], log })
      this.#listener = listener
      listener.on('notification', (_channel, payload) => this.#receive(payload))
      listener.on('resync', () => handlers.onResync())
      if (retried && !this.#closed) handlers.onResync()
    } catch (error) {
      if (this.#closed) return
      log.warn({ err: error, retryMs: this.#retryMs }, 'the database cannot be listened to for pushes')
      this.#timer = setTimeout(() => this.connect(), this.#retryMs)
      this.#retryMs = Math.min(LAST_RETRY_MS, 2 * this.#retryMs)
    }
  }

  #receive(payload: string): void {
    try {
      receive(payload, this.#bound, this.#options.handlers)
    } catch (error) {
      this.#options.log.warn({ err: error }, 'a push message was dropped')
    }
  }
}
