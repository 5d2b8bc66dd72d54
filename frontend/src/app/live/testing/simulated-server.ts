import { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import type { LiveBrowser, LiveSource } from '../live-client'
import type { WebSocketConstructor, WebSocketLike } from '../live-socket'

interface SocketEvent {
  readonly data: unknown
  readonly code: number
}

interface Connection {
  greeted: boolean
  token: string
  /** Of the last notification sent on it. */
  sent: number
  deliver(type: 'open' | 'message' | 'close', event: Partial<SocketEvent>): void
  readonly heard: { type: string; token?: string; resume?: number | null }[]
}

/** One user's inbox with a socket, calls, a session and a browser around it; it runs on the timers of the test. */
export class SimulatedServer {
  /** What each notification says, by sequence - 1. */
  readonly inbox: string[] = []
  unreadCount = 0
  /** Sockets are cut as they open, as by a proxy that knows none. */
  socketsBlocked = false
  /** Neither sockets nor calls are answered. */
  isDown = false
  /** Closes each socket that says hello with this code. */
  refuseWith: number | undefined
  /** Milliseconds that a call takes each way, asked for each call. */
  callLatencyMs = () => 10
  /** Milliseconds that a frame takes, asked for each; frames of one socket do not overtake one another. */
  frameLatencyMs = () => 20
  validToken = 'token-1'
  token: string | undefined = 'token-1'
  renewals = 0
  renewal: 'works' | 'refused' | 'unreachable' = 'works'
  calls = 0
  /** When sockets were asked for, in the test's time. */
  readonly attempts: number[] = []
  readonly connections = new Set<Connection>()
  readonly allConnections: Connection[] = []
  online = true
  hidden = false
  #browser: { online(): void; offline(): void; visibility(): void } | undefined
  #session: (() => void) | undefined
  #loseNext = 0

  append(text: string, lost = false): void {
    this.inbox.push(text)
    this.unreadCount += 1
    if (lost) this.#loseNext += 1
    for (const connection of this.connections) this.#send(connection)
    if (lost) this.#loseNext -= 1
  }

  /** Sends the last notification again on each socket, as a careless server would. */
  repeatLast(): void {
    for (const connection of this.connections) {
      if (connection.greeted && connection.sent > 0) this.#notify(connection, connection.sent)
    }
  }

  markRead(): void {
    this.unreadCount = 0
    this.tell({ type: 'inbox', lastSequence: this.inbox.length, unreadCount: 0 })
  }

  /** The inbox as it was `sequences` earlier, as after a restored backup: sockets end with it. */
  restore(sequences: number): void {
    this.inbox.length = Math.max(0, this.inbox.length - sequences)
    this.kill(1006)
  }

  tell(message: object): void {
    for (const connection of this.connections) {
      if (connection.greeted) connection.deliver('message', { data: JSON.stringify(message) })
    }
  }

  kill(code: number): void {
    for (const connection of [...this.connections]) this.#close(connection, code)
  }

  /** Takes no token but a new one from here on; sockets with others are closed. */
  expireToken(): void {
    this.validToken = `${this.validToken}+`
    for (const connection of [...this.connections]) this.#close(connection, 4401)
  }

  setOnline(online: boolean): void {
    if (this.online === online) return
    this.online = online
    if (online) this.#browser?.online()
    else this.#browser?.offline()
  }

  setHidden(hidden: boolean): void {
    if (this.hidden === hidden) return
    this.hidden = hidden
    this.#browser?.visibility()
  }

  setToken(token: string | undefined): void {
    this.token = token
    this.#session?.()
  }

  readonly browser: LiveBrowser = {
    isOnline: () => this.online,
    isHidden: () => this.hidden,
    listen: (listeners) => {
      this.#browser = listeners
      return () => {
        this.#browser = undefined
      }
    },
  }

  readonly source: LiveSource = {
    token: () => this.token,
    onSession: (listener) => {
      this.#session = listener
      return () => {
        this.#session = undefined
      }
    },
    renewToken: async () => {
      this.renewals += 1
      await wait(this.callLatencyMs())
      if (this.renewal === 'unreachable') throw new Error('no identity provider')
      if (this.renewal === 'refused') return false
      this.setToken(this.validToken)
      return true
    },
    inbox: () => this.#call(() => this.#position()),
    replay: (afterSequence) =>
      this.#call(() => {
        // Pages are short, so that several are needed.
        const texts = this.inbox.slice(afterSequence, afterSequence + 3)
        return {
          notifications: texts.map((text, index) =>
            Notification.fromPartial({ sequence: BigInt(afterSequence + index + 1), title: text }),
          ),
          inbox: this.#position(),
        }
      }),
  }

  #position() {
    return { lastSequence: this.inbox.length, unreadCount: this.unreadCount }
  }

  async #call<T>(answer: () => T): Promise<T> {
    this.calls += 1
    await wait(this.callLatencyMs())
    if (this.isDown || !this.online) throw new Error('unreachable')
    const answered = answer()
    await wait(this.callLatencyMs())
    return answered
  }

  #send(connection: Connection): void {
    if (!connection.greeted) return
    while (connection.sent < this.inbox.length) {
      connection.sent += 1
      if (this.#loseNext === 0 || connection.sent < this.inbox.length) {
        this.#notify(connection, connection.sent)
      }
    }
  }

  #notify(connection: Connection, sequence: number): void {
    const notification = {
      name: `users/me/notifications/${sequence}`,
      sequence,
      eventType: 'jobs.completed',
      title: this.inbox[sequence - 1],
      severity: 'SEVERITY_SUCCESS',
      createTime: '2026-11-21T10:00:00.000Z',
    }
    connection.deliver('message', { data: JSON.stringify({ type: 'notification', notification }) })
  }

  #close(connection: Connection, code: number): void {
    this.connections.delete(connection)
    connection.deliver('close', { code })
  }

  #hear(connection: Connection, data: string): void {
    const message = JSON.parse(data) as Connection['heard'][number]
    connection.heard.push(message)
    if (message.type === 'token') connection.token = message.token ?? ''
    if (message.type !== 'hello') return
    const refusal = this.refuseWith ?? (message.token === this.validToken ? undefined : 4401)
    if (refusal !== undefined) {
      this.#close(connection, refusal)
      return
    }
    const { lastSequence, unreadCount } = this.#position()
    const resume = message.resume ?? lastSequence
    connection.deliver('message', {
      data: JSON.stringify({ type: 'ready', lastSequence, unreadCount, user: 'users/1' }),
    })
    if (resume > lastSequence) {
      connection.deliver('message', { data: JSON.stringify({ type: 'reset', lastSequence }) })
    }
    connection.token = message.token ?? ''
    connection.greeted = true
    connection.sent = Math.min(resume, lastSequence)
    this.#send(connection)
  }

  readonly WebSocket: WebSocketConstructor = (() => {
    const server = this
    return class implements WebSocketLike {
      #listeners: [string, (event: SocketEvent) => void][] = []
      #isOver = false
      /** When the last frame reaches the page. */
      #arrival = 0
      readonly #connection: Connection

      constructor() {
        server.attempts.push(Date.now())
        this.#connection = {
          greeted: false,
          token: '',
          sent: 0,
          heard: [],
          deliver: (type, event) => {
            this.#arrival = Math.max(this.#arrival, Date.now() + server.frameLatencyMs())
            setTimeout(() => {
              if (this.#isOver) return
              if (type === 'close') this.#isOver = true
              for (const [listened, listener] of this.#listeners) {
                if (listened === type) listener({ data: undefined, code: 0, ...event })
              }
            }, this.#arrival - Date.now())
          },
        }
        server.allConnections.push(this.#connection)
        if (server.isDown || server.socketsBlocked || !server.online) {
          this.#connection.deliver('close', { code: 1006 })
          return
        }
        server.connections.add(this.#connection)
        this.#connection.deliver('open', {})
      }

      addEventListener(type: string, listener: (event: SocketEvent) => void): void {
        this.#listeners.push([type, listener])
      }

      get readyState(): number {
        if (this.#isOver) return 3
        return server.connections.has(this.#connection) ? 1 : 2
      }

      send(data: string): void {
        // A browser writes an error to its console.
        if (this.readyState !== 1) throw new Error('WebSocket is already in CLOSING or CLOSED state.')
        setTimeout(() => {
          if (server.connections.has(this.#connection)) server.#hear(this.#connection, data)
        }, 20)
      }

      close(): void {
        this.#isOver = true
        server.connections.delete(this.#connection)
      }
    }
  })()
}

function wait(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}
