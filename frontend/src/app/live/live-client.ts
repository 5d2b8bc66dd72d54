import type { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { type LiveClock, systemClock, type Timer } from './live-clock'
import type { LiveMessage } from './live-message'
import { type LiveSocket, openLiveSocket, type WebSocketConstructor } from './live-socket'
import { backOffDelayMs, firstSpreadMs, reconnectDelayMs } from './reconnect-delay'
import { createSequenceGate } from './sequence-gate'

/**
 * connecting: no socket for the moment; one is tried again soon.
 * live: told of everything as it happens.
 * polling: no socket is to be had, so the inbox is asked for what is new from time to time.
 * offline: the browser has no network.
 */
export type LiveState = 'connecting' | 'live' | 'polling' | 'offline'

export interface InboxPosition {
  /** Of the latest notification; 0 when there never was one. */
  readonly lastSequence: number
  readonly unreadCount: number
}

/** What the client asks for over calls, and the session that it speaks for. */
export interface LiveSource {
  inbox(): Promise<InboxPosition>
  /** The first notifications after a sequence, in order; none when there is nothing later. */
  replay(afterSequence: number): Promise<{
    readonly notifications: readonly Notification[]
    readonly inbox: InboxPosition
  }>
  /** Undefined when nobody is signed in. */
  token(): string | undefined
  /** False when the session is over; rejects when the identity provider is not reached. */
  renewToken(): Promise<boolean>
  /** Calls back when the session may have another token. Returns what ends that. */
  onSession(listener: () => void): () => void
}

/** Each sequence comes once and in order, whichever way it came; after `onReset`, from the sequence after that one. */
export interface LiveListener {
  onState(state: LiveState): void
  onNotification(notification: Notification): void
  /**
   * Where the inbox stands, as the server said just now; `changed` when what had come before may have been read,
   * unread or archived since.
   */
  onInbox(inbox: InboxPosition, changed: boolean): void
  /** The server's inbox was set back: what is shown is to be read anew. */
  onReset(lastSequence: number): void
  /** The server takes no token of this session any more. */
  onSignedOut(): void
}

/** The browser's events and what they are about. */
export interface LiveBrowser {
  isOnline(): boolean
  isHidden(): boolean
  /** Calls back on `online`, `offline` and `visibilitychange`. Returns what ends that. */
  listen(listeners: { online(): void; offline(): void; visibility(): void }): () => void
}

export interface LiveClientOptions {
  /** Of the socket: "wss://…/ws". */
  readonly url: string
  readonly source: LiveSource
  readonly listener: LiveListener
  readonly WebSocket: WebSocketConstructor
  readonly browser: LiveBrowser
  readonly clock?: LiveClock
  /** Uniform in [0, 1). */
  readonly random?: () => number
}

export interface LiveClient {
  state(): LiveState
  /** Ends it: closes the socket, and nothing more is heard of it. */
  close(): void
}

// Milliseconds.
/** The first socket waits no longer for the answer of where the inbox stands. */
const patienceMs = 5_000
const pollMs = 15_000
const hiddenPollMs = 60_000
/** Between two attempts to open a socket while polling. */
const retrySocketMs = 120_000
/** While the browser says that it has no network; it may be wrong about a server on the same machine. */
const offlineRetryMs = 60_000
/** A page that is looked at again after so long a silence does not wait for the socket to be declared dead. */
const doubtfulSilenceMs = 30_000
/** What a notification skipped, or an inbox told of, is asked for again so often until it has come. */
const catchUpMs = 5_000
/** Attempts in a row without a working socket, after which sockets count as blocked. */
const attemptsBeforePolling = 3

type Closure = 'broken' | 'renew token' | 'poll only' | 'back off' | 'poll'

/** What is to be done by close code (4xxx: of the server at /ws; others: RFC 6455, section 7.4.1); 'broken' else. */
const closures: ReadonlyMap<number, Closure> = new Map<number, Closure>([
  // Not understood, or another user's token: the same would be said again.
  [4400, 'poll'],
  [1009, 'poll'],
  [4401, 'renew token'],
  // Too many sockets of this user: who opened one more later has a better use for it.
  [4409, 'poll only'],
  // Too slow, too many messages, or no room.
  [4413, 'back off'],
  [4429, 'back off'],
  [1013, 'back off'],
])

/** Keeps the inbox of who is signed in live, by socket or, where there is none, by polling. */
export function startLiveClient(options: LiveClientOptions): LiveClient {
  const { source, listener, browser, clock = systemClock, random = Math.random } = options
  const gate = createSequenceGate()
  let state: LiveState = 'connecting'
  let closed = false
  let socket: LiveSocket | undefined
  let isReady = false
  let hasBeenLive = false
  /** Attempts in a row that brought no working socket. */
  let failures = 0
  let refusals = 0
  /** What the present socket was asked to resume after, and what it began anew after instead. */
  let resumedAfter: number | undefined
  let restartedAfter: number | undefined
  /** The token that a renewal brought, while no socket has worked with it. */
  let untriedToken: string | undefined
  let renewing = false
  let reconnecting: Timer | undefined
  /** Whether the wait is the one that the server asked for, which the end of the socket does not change. */
  let draining = false
  let polling = false
  let pollOnly = false
  let pollFailed = false
  let pollTimer: Timer | undefined
  /** Something up to this sequence exists and has not come. */
  let behind = 0
  let catchingUp: Promise<boolean> | undefined
  let catchUpTimer: Timer | undefined

  function become(next: LiveState): void {
    if (next === state || closed) return
    state = next
    listener.onState(next)
  }

  function idleState(): LiveState {
    if (polling) return 'polling'
    return browser.isOnline() ? 'connecting' : 'offline'
  }

  // --- The socket ---

  function connect(): void {
    stopReconnecting()
    dropSocket()
    const token = source.token()
    if (closed || renewing || token === undefined) return
    become(idleState())
    resumedAfter = gate.position()
    const opened: LiveSocket = openLiveSocket({
      url: options.url,
      WebSocket: options.WebSocket,
      clock,
      token,
      resume: resumedAfter ?? null,
      onMessage: (message) => {
        if (opened === socket) onMessage(message)
      },
      onClose: (code) => {
        if (opened === socket) onSocketClosed(code)
      },
    })
    socket = opened
  }

  function dropSocket(): void {
    socket?.close()
    socket = undefined
    isReady = false
    restartedAfter = undefined
  }

  function stopReconnecting(): void {
    clock.clearTimeout(reconnecting)
    reconnecting = undefined
    draining = false
  }

  function connectAfter(delayMs: number): void {
    stopReconnecting()
    reconnecting = clock.setTimeout(connect, delayMs)
  }

  function connectLater(): void {
    if (polling) connectAfter(retrySocketMs)
    else if (!browser.isOnline()) connectAfter(((1 + random()) / 2) * offlineRetryMs)
    else connectAfter(reconnectDelayMs(failures === 0 ? 0 : failures - 1, random()))
  }

  function onMessage(message: Exclude<LiveMessage, { type: 'ping' }>): void {
    switch (message.type) {
      case 'ready':
        onReady(message)
        break
      case 'notification':
        onNotification(message.sequence, message.notification)
        break
      case 'inbox':
        listener.onInbox({ lastSequence: message.lastSequence, unreadCount: message.unreadCount }, true)
        // Its notifications are on their way, or were lost.
        expect(message.lastSequence)
        break
      case 'reset':
        // A `ready` with an earlier last sequence has told the same.
        if (message.lastSequence !== restartedAfter) restart(message.lastSequence)
        break
      case 'reconnect':
        connectAfter(random() * message.withinMs)
        draining = true
        break
      default:
        message satisfies never
    }
  }

  function onReady({ lastSequence, unreadCount }: InboxPosition): void {
    isReady = true
    failures = 0
    untriedToken = undefined
    stopPolling()
    gate.startAfter(lastSequence)
    // Less than the position may mean no more than that a replay has overtaken the socket.
    if (lastSequence < (resumedAfter ?? 0)) {
      restart(lastSequence)
      restartedAfter = lastSequence
    }
    become('live')
    // Between two sockets nothing told of changes.
    listener.onInbox({ lastSequence, unreadCount }, hasBeenLive)
    hasBeenLive = true
    tellToken()
    // The missed ones follow by themselves; should they not, they are asked for.
    expect(lastSequence)
  }

  function onNotification(sequence: number, notification: Notification): void {
    const passed = gate.pass(sequence)
    if (passed === 'next') listener.onNotification(notification)
    if (passed !== 'gap') return
    behind = Math.max(behind, sequence)
    void catchUp().then(() => expect(behind))
  }

  function onSocketClosed(code: number): void {
    const worked = isReady
    const refusedToken = socket?.token()
    socket = undefined
    isReady = false
    const closure = closures.get(code) ?? 'broken'
    failures = worked ? 0 : failures + 1
    if (worked && closure !== 'back off') refusals = 0
    if (draining) {
      become(idleState())
      return
    }
    switch (closure) {
      case 'broken':
        if (failures >= attemptsBeforePolling) startPolling()
        connectLater()
        break
      case 'poll':
        startPolling()
        connectLater()
        break
      case 'poll only':
        pollOnly = true
        startPolling()
        break
      case 'back off':
        if (failures >= attemptsBeforePolling) startPolling()
        if (polling) connectLater()
        else connectAfter(backOffDelayMs(refusals, random()))
        refusals += 1
        break
      case 'renew token':
        renewToken(refusedToken)
        break
      default:
        closure satisfies never
    }
    become(idleState())
  }

  // --- The token ---

  function tellToken(): void {
    const token = source.token()
    if (token === undefined) dropSocket()
    else if (socket !== undefined) socket.tellToken(token)
    else if (reconnecting === undefined && !pollOnly && !renewing) connect()
  }

  function renewToken(refused: string | undefined): void {
    if (refused !== source.token()) {
      // The session has another one by now.
      connect()
      return
    }
    if (untriedToken !== undefined && untriedToken === source.token()) {
      // A fresh one was refused too: that is no matter of its expiry.
      if (failures >= attemptsBeforePolling) startPolling()
      connectLater()
      return
    }
    renewing = true
    source.renewToken().then(
      (renewed) => {
        renewing = false
        if (closed) return
        untriedToken = source.token()
        if (renewed) connect()
        else listener.onSignedOut()
      },
      () => {
        // The identity provider was not reached, which may pass.
        renewing = false
        if (!closed) connectLater()
      },
    )
  }

  // --- Calls ---

  function restart(lastSequence: number): void {
    gate.restart(lastSequence)
    behind = 0
    listener.onReset(lastSequence)
  }

  function expect(sequence: number): void {
    if (closed || sequence <= (gate.position() ?? 0)) return
    behind = Math.max(behind, sequence)
    catchUpTimer ??= clock.setTimeout(() => {
      catchUpTimer = undefined
      if (closed || behind <= (gate.position() ?? 0)) return
      void catchUp().then((answered) => {
        // What an answer does not have either is not there.
        if (answered) behind = 0
        else expect(behind)
      })
    }, catchUpMs)
  }

  /** Asks for what is new until there is nothing more; false when a call failed. Never two at a time. */
  function catchUp(): Promise<boolean> {
    catchingUp ??= askForNew().finally(() => {
      catchingUp = undefined
    })
    return catchingUp
  }

  async function askForNew(): Promise<boolean> {
    try {
      for (;;) {
        if (closed || source.token() === undefined) return false
        const from = gate.position()
        const epoch = gate.epoch()
        if (from === undefined) {
          const inbox = await source.inbox()
          if (closed) return false
          gate.startAfter(inbox.lastSequence)
          listener.onInbox(inbox, false)
          return true
        }
        const { notifications, inbox } = await source.replay(from)
        if (closed) return false
        if (epoch !== gate.epoch()) continue
        if (inbox.lastSequence < from) {
          restart(inbox.lastSequence)
          listener.onInbox(inbox, true)
          return true
        }
        for (const notification of notifications) {
          if (gate.passReplayed(Number(notification.sequence)) === 'next') {
            listener.onNotification(notification)
          }
        }
        const position = gate.position() ?? 0
        if (notifications.length === 0 || position >= inbox.lastSequence) {
          // Otherwise something came by the socket since, and this answer is out of date.
          if (position === inbox.lastSequence) listener.onInbox(inbox, false)
          return true
        }
      }
    } catch {
      // Whoever asks again later is told; the transport has reported it.
      return false
    }
  }

  function startPolling(): void {
    if (polling) return
    polling = true
    pollFailed = false
    become('polling')
    poll()
  }

  function stopPolling(): void {
    polling = false
    pollOnly = false
    clock.clearTimeout(pollTimer)
  }

  function poll(): void {
    clock.clearTimeout(pollTimer)
    void catchUp().then((answered) => {
      if (closed || !polling) return
      clock.clearTimeout(pollTimer)
      pollTimer = clock.setTimeout(poll, browser.isHidden() ? hiddenPollMs : pollMs)
      // The server itself was away and is back: no sign of sockets being blocked.
      if (answered && pollFailed && !pollOnly && socket === undefined) connectAfter(random() * firstSpreadMs)
      pollFailed = !answered
    })
  }

  // --- The browser ---

  function startOver(): void {
    failures = 0
    refusals = 0
    pollOnly = false
    if (polling) poll()
    connect()
  }

  function onOffline(): void {
    dropSocket()
    stopPolling()
    become('offline')
    connectLater()
  }

  function onVisibility(): void {
    if (browser.isHidden()) return
    const isSound = socket !== undefined && clock.now() - socket.heardAt() < doubtfulSilenceMs
    if (!isSound && !draining) startOver()
  }

  const ends = [
    browser.listen({ online: startOver, offline: onOffline, visibility: onVisibility }),
    source.onSession(tellToken),
  ]

  // The count is there before the socket is, and the socket resumes from it, so that nothing falls between.
  connectAfter(patienceMs)
  void catchUp().then(() => {
    if (!closed && socket === undefined && !hasBeenLive && failures === 0) connect()
  })

  return {
    state: () => state,
    close() {
      closed = true
      for (const end of ends) end()
      dropSocket()
      stopReconnecting()
      stopPolling()
      clock.clearTimeout(catchUpTimer)
    },
  }
}
