import type { Logger } from 'pino'
import type { ClientSocket } from './client-socket.ts'
import { closeCode } from './close-code.ts'
import type { InboxClient } from './inbox-client.ts'
import { Limit } from './limit.ts'
import type { SocketLimits } from './socket-limits.ts'

/** Calls under way at a time: whatever happens here, the backend has others to serve. */
const CONCURRENCY = 16
const LAST_RETRY_MS = 30_000
/** How long a paused replay waits for the client to read. */
const CONGESTED_MS = 200

export interface ReplaysOptions {
  readonly client: InboxClient
  readonly limits: SocketLimits
  readonly log: Logger
}

/** Asks the backend, for sockets, what they missed, a page at a time, and whether their next token is good. */
export class Replays {
  readonly #options: ReplaysOptions
  readonly #limit = new Limit(CONCURRENCY)
  /** Pages asked for. */
  asked = 0

  constructor(options: ReplaysOptions) {
    this.#options = options
  }

  /** As soon as it is its turn, unless the last one failed just now. */
  request(socket: ClientSocket): void {
    if (socket.replaying || !socket.isOpen) return
    if (Date.now() < socket.replayNotBeforeMs) {
      socket.replayAtMs = Math.min(socket.replayAtMs, socket.replayNotBeforeMs)
      return
    }
    socket.replaying = true
    socket.replayAtMs = Number.POSITIVE_INFINITY
    this.#limit
      .run(() => this.#replay(socket))
      .catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'a replay failed')
        this.#retryLater(socket)
      })
  }

  async #replay(socket: ClientSocket): Promise<void> {
    if (!socket.isOpen) return
    const goesOn = socket.nextToken === undefined || (await this.#renew(socket, socket.nextToken))
    if (goesOn) await this.#askForPage(socket)
  }

  async #askForPage(socket: ClientSocket): Promise<void> {
    const { client, limits } = this.#options
    const { session } = socket
    const after = session.ask()
    this.asked += 1
    const page = await client.replay(socket.token, after)
    if (!socket.isOpen) return
    if (page.kind === 'REFUSED') return this.#refused(socket)
    if (page.kind === 'AWAY') return this.#failed(socket, page.problem)
    session.replayed(after, page.notifications, page.inbox)
    socket.replaying = false
    if (!session.behind && socket.nextToken === undefined) {
      socket.failures = 0
      // Something may have asked for another one while this one was under way.
      const verifyAtMs = Date.now() + limits.verifyMs * (0.75 + Math.random() / 2)
      socket.replayAtMs = Math.min(socket.replayAtMs, verifyAtMs)
    } else if (socket.congested()) {
      this.#pause(socket, CONGESTED_MS)
    } else if (session.lastSent > after || socket.nextToken !== undefined) {
      socket.failures = 0
      this.request(socket)
    } else {
      this.#retryLater(socket)
    }
  }

  /** Whether the socket goes on, with the token, to a replay. */
  async #renew(socket: ClientSocket, token: string): Promise<boolean> {
    const answer = await this.#options.client.check(token)
    if (!socket.isOpen) return false
    if (answer.kind === 'AWAY') {
      this.#failed(socket, answer.problem)
      return false
    }
    if (answer.kind === 'REFUSED') {
      socket.end(closeCode.tokenRefused)
      return false
    }
    if (answer.user !== `users/${socket.user?.id}`) {
      socket.end(closeCode.otherUser)
      return false
    }
    socket.token = token
    socket.expireAtMs = answer.expireAtMs
    // Yet another one may have come in the meantime.
    if (socket.nextToken === token) socket.nextToken = undefined
    socket.session.headed(answer.inbox.lastSequence)
    return true
  }

  #refused(socket: ClientSocket): void {
    if (socket.nextToken === undefined) {
      socket.end(closeCode.tokenRefused)
      return
    }
    // It came while the page was asked for with the one before.
    socket.replaying = false
    this.request(socket)
  }

  #failed(socket: ClientSocket, problem: string): void {
    const { log } = this.#options
    log.warn({ problem, user: socket.user?.id, failures: socket.failures + 1 }, 'the backend gave no replay')
    this.#retryLater(socket)
  }

  #retryLater(socket: ClientSocket): void {
    const waitMs = Math.min(LAST_RETRY_MS, this.#options.limits.retryMs * 2 ** socket.failures)
    socket.failures = Math.min(socket.failures + 1, 10)
    this.#pause(socket, waitMs * (0.5 + Math.random() / 2))
  }

  #pause(socket: ClientSocket, waitMs: number): void {
    socket.replaying = false
    socket.replayNotBeforeMs = Date.now() + waitMs
    socket.replayAtMs = Math.min(socket.replayAtMs, socket.replayNotBeforeMs)
  }
}
