import type { LiveClock, Timer } from './live-clock'
import { type LiveMessage, parseLiveMessage } from './live-message'

/** What of a WebSocket is used. */
export interface WebSocketLike {
  readonly readyState: number
  addEventListener(type: 'open' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
  send(data: string): void
  close(code?: number): void
}

export type WebSocketConstructor = new (url: string) => WebSocketLike

export interface LiveSocketOptions {
  readonly url: string
  readonly WebSocket: WebSocketConstructor
  readonly clock: LiveClock
  readonly token: string
  /** The last sequence seen; null to hear of what comes from now on. */
  readonly resume: number | null
  readonly onMessage: (message: Exclude<LiveMessage, { type: 'ping' }>) => void
  /** Called once, unless `close` was called before; 1006 also when it fell silent or could not be made. */
  readonly onClose: (code: number) => void
}

export interface LiveSocket {
  /** Goes on with another token of the same user; one that was told already is not told again. */
  tellToken(token: string): void
  /** The token told last. */
  token(): string
  /** When the server was heard of last, by the clock. */
  heardAt(): number
  close(): void
}

/** No answer to the hello within this counts as failure, milliseconds. */
const openingMs = 20_000
/** The server pings every 25 s: silence for longer than this counts as death, milliseconds. */
const silenceMs = 60_000
/** Of readyState. */
const OPEN = 1
const abnormalClosure = 1006
const normalClosure = 1000

/** One socket: says hello, answers pings, and ends when it is closed or falls silent. */
export function openLiveSocket(options: LiveSocketOptions): LiveSocket {
  const { clock } = options
  let told = options.token
  let isOpen = false
  let ended = false
  let heardAt = clock.now()
  let watchdog: Timer = clock.setTimeout(giveUp, openingMs)

  function end(): void {
    ended = true
    clock.clearTimeout(watchdog)
  }

  function fail(code: number): void {
    if (ended) return
    end()
    options.onClose(code)
  }

  function giveUp(): void {
    socket?.close(normalClosure)
    fail(abnormalClosure)
  }

  function send(message: object): void {
    // The server may be closing it, of which an event tells only when that is done.
    if (socket?.readyState === OPEN) socket.send(JSON.stringify(message))
  }

  function made(): WebSocketLike | undefined {
    try {
      return new options.WebSocket(options.url)
    } catch (error) {
      // A policy of the page or the browser forbids it.
      // biome-ignore lint/suspicious/noConsole: the page goes on by polling, and this is why.
      console.warn('No WebSocket could be made:', error)
      return undefined
    }
  }

  const socket = made()
  if (socket === undefined) {
    clock.clearTimeout(watchdog)
    watchdog = clock.setTimeout(() => fail(abnormalClosure), 0)
  }
  socket?.addEventListener('open', () => {
    if (ended) return
    isOpen = true
    send({ type: 'hello', token: told, resume: options.resume })
  })
  socket?.addEventListener('message', ({ data }) => {
    if (ended) return
    heardAt = clock.now()
    clock.clearTimeout(watchdog)
    watchdog = clock.setTimeout(giveUp, silenceMs)
    const message = parseLiveMessage(data)
    if (message === undefined) return
    if (message.type === 'ping') send({ type: 'pong' })
    else options.onMessage(message)
  })
  socket?.addEventListener('close', ({ code }) => fail(code))

  return {
    tellToken(token) {
      if (ended || token === told) return
      told = token
      // Before it is open, the hello will carry it.
      if (isOpen) send({ type: 'token', token })
    },
    token: () => told,
    heardAt: () => heardAt,
    close() {
      if (ended) return
      end()
      socket?.close(normalClosure)
    },
  }
}
