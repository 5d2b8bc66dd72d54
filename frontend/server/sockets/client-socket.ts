import { type RawData, WebSocket } from 'ws'
import { type CloseCode, closeCode } from './close-code.ts'
import type { ConnectedUser } from './connected-users.ts'
import { inboxFrame, PING_FRAME, resetFrame } from './frames.ts'
import { Session, type SessionOutput } from './session.ts'
import {
  FLOOD_MESSAGES,
  FLOOD_WINDOW_MS,
  MAX_BACKLOG_BYTES,
  REPLAY_BACKLOG_BYTES,
  type SocketLimits,
} from './socket-limits.ts'

const TEXT = Object.freeze({ binary: false, compress: false })
/** A client that left two pings unanswered by the time of the third is gone. */
const MAX_UNANSWERED_PINGS = 2

/** Whoever has sockets. */
export interface SocketEvents {
  received(socket: ClientSocket, data: RawData, isBinary: boolean): void
  closed(socket: ClientSocket, code: number): void
  failed(socket: ClientSocket, error: Error): void
}

/**
 * One client. There are thousands, most of them idle: so it has neither timers nor closures, and is looked at by the
 * hub's one clock.
 */
export class ClientSocket extends WebSocket implements SessionOutput<Buffer> {
  stage: 'WAITING' | 'CHECKING' | 'OPEN' = 'WAITING'
  readonly session: Session<Buffer> = new Session(this)
  user: ConnectedUser | undefined = undefined
  /** Never to be logged. */
  token = ''
  /** Came in to go on beyond the expiry of `token`, and is to be checked. */
  nextToken: string | undefined = undefined
  expireAtMs = Number.POSITIVE_INFINITY

  /** A replay is under way, or waits for its turn. */
  replaying = false
  /** When the next replay is due; not before `replayNotBeforeMs`. */
  replayAtMs = Number.POSITIVE_INFINITY
  replayNotBeforeMs = 0
  failures = 0
  notificationsSent = 0
  /** What the server closed the socket with. */
  endCode: CloseCode | undefined = undefined

  #events: SocketEvents | undefined = undefined
  readonly #openedAtMs = Date.now()
  #closingAtMs = Number.POSITIVE_INFINITY
  #pingAtMs = Number.POSITIVE_INFINITY
  #unansweredPings = 0
  #windowEndMs = 0
  #messages = 0

  get isOpen(): boolean {
    return this.readyState === WebSocket.OPEN
  }

  get events(): SocketEvents | undefined {
    return this.#events
  }

  attach(events: SocketEvents): void {
    this.#events = events
    this.on('message', onMessage)
    this.on('close', onClose)
    this.on('error', onError)
  }

  sendFrame(frame: Buffer): void {
    if (!this.isOpen) return
    if (this.bufferedAmount > MAX_BACKLOG_BYTES) this.end(closeCode.slow)
    else this.send(frame, TEXT)
  }

  sendNotification(frame: Buffer): void {
    this.notificationsSent += 1
    this.sendFrame(frame)
  }

  sendInbox(lastSequence: number, unreadCount: number): void {
    this.sendFrame(inboxFrame(lastSequence, unreadCount))
  }

  sendReset(lastSequence: number): void {
    this.sendFrame(resetFrame(lastSequence))
  }

  congested(): boolean {
    return this.bufferedAmount > REPLAY_BACKLOG_BYTES
  }

  end(code: CloseCode): void {
    if (!this.isOpen) return
    this.#closingAtMs = Date.now()
    this.endCode = code
    this.close(code)
  }

  /** Counts a message of the client, which also shows that it is there. False when there are too many. */
  heard(nowMs: number): boolean {
    this.#unansweredPings = 0
    if (nowMs >= this.#windowEndMs) {
      this.#windowEndMs = nowMs + FLOOD_WINDOW_MS
      this.#messages = 0
    }
    this.#messages += 1
    return this.#messages <= FLOOD_MESSAGES
  }

  /** Ends the socket when its time is up, and sends a ping when one is due. */
  tick(nowMs: number, { helloMs, pingMs, closeMs }: SocketLimits): void {
    if (!this.isOpen) {
      if (nowMs - this.#closingAtMs > closeMs) this.terminate()
    } else if (this.stage === 'WAITING' && nowMs - this.#openedAtMs >= helloMs) {
      this.end(closeCode.noHello)
    } else if (nowMs >= this.expireAtMs) {
      // A token that nobody could check is not refused.
      this.end(this.nextToken === undefined ? closeCode.tokenRefused : closeCode.tryLater)
    } else if (this.#pingAtMs === Number.POSITIVE_INFINITY) {
      this.#pingAtMs = this.#openedAtMs + pingMs
    } else if (nowMs >= this.#pingAtMs) {
      if (this.#unansweredPings >= MAX_UNANSWERED_PINGS) {
        this.terminate()
        return
      }
      this.#unansweredPings += 1
      this.#pingAtMs = nowMs + pingMs
      this.sendFrame(PING_FRAME)
    }
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (this instanceof ClientSocket) this.events?.received(this, data, isBinary)
}

function onClose(this: WebSocket, code: number): void {
  if (this instanceof ClientSocket) this.events?.closed(this, code)
}

function onError(this: WebSocket, error: Error): void {
  if (this instanceof ClientSocket) this.events?.failed(this, error)
}
