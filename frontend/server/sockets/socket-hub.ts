import type { InboxHead, PushMessage, PushReceiver } from '@fairlead/backend/push-receiver'
import type { Logger } from 'pino'
import type { RawData } from 'ws'
import { type ClientMessage, parseClientMessage } from './client-message.ts'
import type { ClientSocket, SocketEvents } from './client-socket.ts'
import { closeCode } from './close-code.ts'
import { type ConnectedUser, ConnectedUsers } from './connected-users.ts'
import { notificationFrame, RECONNECT_FRAME, readyFrame } from './frames.ts'
import type { CheckedToken, InboxClient } from './inbox-client.ts'
import { Limit } from './limit.ts'
import { Replays } from './replays.ts'
import type { SocketLimits } from './socket-limits.ts'

export interface SocketHubOptions {
  readonly client: InboxClient
  /** Given when it is open, which is after the hub is there to hear of its messages. */
  readonly receiver: () => Pick<PushReceiver, 'bind' | 'unbind'>
  readonly limits: SocketLimits
  readonly log: Logger
}

/** Tokens checked at a time; the others wait for their turn. */
const HELLO_CONCURRENCY = 64
/** While hellos wait for the backend, sockets that are likely to have missed nothing wait so long and as long again. */
const CROWDED_MS = 5_000
const DRAIN_STEP_MS = 50
/** After all were asked to go: those that do not are cut off. */
const DRAIN_GRACE_MS = 1_000

/** All sockets of this process, and what is said on them. */
export class SocketHub implements SocketEvents {
  readonly #options: SocketHubOptions
  readonly #sockets = new Set<ClientSocket>()
  readonly #users: ConnectedUsers
  readonly #replays: Replays
  readonly #hellos = new Limit(HELLO_CONCURRENCY)
  readonly #clock: NodeJS.Timeout
  readonly #closes = new Map<number, number>()
  #notificationsOfClosed = 0
  #draining = false
  /** By performance.now(). */
  #resyncedAtMs = 0

  constructor(options: SocketHubOptions) {
    const { client, limits, log } = options
    this.#options = options
    this.#users = new ConnectedUsers(options.receiver)
    this.#replays = new Replays({ client, limits, log })
    this.#clock = setInterval(() => this.#tick(), limits.tickMs)
  }

  get draining(): boolean {
    return this.#draining
  }

  get size(): number {
    return this.#sockets.size
  }

  get figures() {
    let notificationsSent = this.#notificationsOfClosed
    for (const socket of this.#sockets) notificationsSent += socket.notificationsSent
    return {
      sockets: this.#sockets.size,
      users: this.#users.size,
      notificationsSent,
      replays: this.#replays.asked,
      closes: this.#closes as ReadonlyMap<number, number>,
    }
  }

  add(socket: ClientSocket): void {
    socket.attach(this)
    this.#sockets.add(socket)
    if (this.#sockets.size > this.#options.limits.sockets) socket.end(closeCode.tryLater)
  }

  received(socket: ClientSocket, data: RawData, isBinary: boolean): void {
    if (!socket.isOpen) return
    if (!socket.heard(Date.now())) {
      socket.end(closeCode.flood)
      return
    }
    const message = isBinary ? undefined : parseClientMessage(String(data))
    if (message === undefined || !this.#handle(socket, message)) socket.end(closeCode.notUnderstood)
  }

  closed(socket: ClientSocket, code: number): void {
    if (!this.#sockets.delete(socket)) return
    // Of our own closing, the client's answer says less than what we closed with.
    const reason = socket.endCode ?? code
    this.#closes.set(reason, (this.#closes.get(reason) ?? 0) + 1)
    this.#notificationsOfClosed += socket.notificationsSent
    if (socket.user !== undefined) this.#users.remove(socket.user, socket)
  }

  /** Of frames that are too large, or none: the socket is then closed with a code that says so. */
  failed(_socket: ClientSocket, error: Error): void {
    this.#options.log.debug({ err: error }, 'a socket failed')
  }

  push(message: PushMessage): void {
    const user = this.#users.get(message.userId)
    if (user === undefined) return
    if (message.kind === 'inbox') {
      user.lastHeard = Math.max(user.lastHeard, message.lastSequence)
      this.#tell(user, (socket) => socket.session.inboxChanged(message))
      return
    }
    const { sequence, notification } = message
    const frame = notification === undefined ? undefined : notificationFrame(notification)
    user.lastHeard = Math.max(user.lastHeard, sequence)
    this.#tell(user, (socket) => socket.session.pushed(sequence, frame))
  }

  head({ userId, lastSequence }: InboxHead): void {
    const user = this.#users.get(userId)
    if (user === undefined) return
    user.lastHeard = Math.max(user.lastHeard, lastSequence)
    this.#tell(user, (socket) => socket.session.headed(lastSequence))
  }

  /** Anything may have been missed: every socket asks the backend, but not all at once. */
  resync(): void {
    this.#resyncedAtMs = performance.now()
    if (this.#sockets.size === 0) return
    const spreadMs = (this.#sockets.size / this.#options.limits.resyncsPerSecond) * 1_000
    this.#options.log.info({ sockets: this.#sockets.size, spreadMs }, 'every socket looks for missed pushes')
    const now = Date.now()
    for (const socket of this.#sockets) {
      if (socket.stage !== 'OPEN') continue
      socket.replayAtMs = Math.min(socket.replayAtMs, now + Math.random() * spreadMs)
    }
  }

  /** Asks all clients to connect elsewhere, closes their sockets one after the other, and ends. */
  async drain(): Promise<void> {
    this.#draining = true
    clearInterval(this.#clock)
    const { limits, log } = this.#options
    log.info({ sockets: this.#sockets.size }, 'asking the clients to connect elsewhere')
    for (const socket of this.#sockets) socket.sendFrame(RECONNECT_FRAME)
    const steps = Math.max(1, Math.floor(limits.drainMs / DRAIN_STEP_MS))
    const atOnce = Math.ceil(this.#sockets.size / steps)
    for (let left = [...this.#sockets]; left.length > 0; left = left.slice(atOnce)) {
      for (const socket of left.slice(0, atOnce)) socket.end(closeCode.restart)
      await pause(DRAIN_STEP_MS)
    }
    for (let waitedMs = 0; this.#sockets.size > 0 && waitedMs < DRAIN_GRACE_MS; waitedMs += DRAIN_STEP_MS) {
      await pause(DRAIN_STEP_MS)
    }
    for (const socket of this.#sockets) socket.terminate()
    // Which is told in another turn.
    await pause(0)
  }

  #tell(user: ConnectedUser, tell: (socket: ClientSocket) => void): void {
    for (const socket of user.sockets) {
      tell(socket)
      if (socket.session.behind) this.#replays.request(socket)
    }
  }

  #tick(): void {
    const now = Date.now()
    for (const socket of this.#sockets) {
      socket.tick(now, this.#options.limits)
      if (now >= socket.replayAtMs) this.#replays.request(socket)
    }
  }

  /** False when the message does not belong here. */
  #handle(socket: ClientSocket, message: ClientMessage): boolean {
    switch (message.type) {
      case 'pong':
        return true
      case 'hello':
        if (socket.stage !== 'WAITING') return false
        socket.stage = 'CHECKING'
        this.#hello(socket, message.token, message.resume).catch((error: unknown) => {
          this.#options.log.error({ err: error }, 'a hello failed')
          socket.end(closeCode.tryLater)
        })
        return true
      case 'token':
        if (socket.stage === 'WAITING') return false
        socket.nextToken = message.token
        if (socket.stage === 'OPEN') this.#replays.request(socket)
        return true
      default:
        return message satisfies never
    }
  }

  async #hello(socket: ClientSocket, token: string, resume: number | null): Promise<void> {
    const { client, log } = this.#options
    let askedAtMs = 0
    const answer = await this.#hellos.run(async () => {
      askedAtMs = performance.now()
      return socket.isOpen ? await client.check(token) : undefined
    })
    if (answer === undefined || !socket.isOpen) return
    if (answer.kind === 'REFUSED') return socket.end(closeCode.tokenRefused)
    if (answer.kind === 'AWAY') {
      log.warn({ problem: answer.problem }, 'the backend could not check a token')
      return socket.end(closeCode.tryLater)
    }
    if (answer.expireAtMs <= Date.now()) return socket.end(closeCode.tokenRefused)

    const user = this.#users.join(answer.user.slice('users/'.length))
    await user.bound.catch((error: unknown) => log.warn({ err: error }, 'a user could not be bound'))
    if (socket.isOpen && !this.#draining) {
      socket.token = token
      // What was pushed after the backend looked, and before pushes came in (again), nobody here heard of.
      const heardAll = Math.max(user.boundAtMs, this.#resyncedAtMs) < askedAtMs
      this.#open(socket, user, answer, resume, heardAll)
    } else {
      this.#users.abandon(user)
    }
  }

  #open(
    socket: ClientSocket,
    user: ConnectedUser,
    { inbox, expireAtMs }: CheckedToken,
    resume: number | null,
    heardAll: boolean,
  ): void {
    this.#users.add(user, socket)
    socket.user = user
    socket.stage = 'OPEN'
    socket.expireAtMs = expireAtMs
    const open = user.sockets.filter(({ isOpen }) => isOpen)
    if (open.length > this.#options.limits.socketsPerUser) open[0]?.end(closeCode.tooMany)

    socket.sendFrame(readyFrame(inbox.lastSequence, inbox.unreadCount, `users/${user.id}`))
    socket.session.start(inbox, resume)
    socket.session.headed(user.lastHeard)
    const now = Date.now()
    if (socket.session.behind || socket.nextToken !== undefined) this.#replays.request(socket)
    else if (heardAll) socket.replayAtMs = now + this.#options.limits.verifyMs
    else if (this.#hellos.isExceeded) socket.replayAtMs = now + (1 + Math.random()) * CROWDED_MS
    else this.#replays.request(socket)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
