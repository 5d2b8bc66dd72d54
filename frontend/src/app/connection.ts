/**
 * online: calls are answered.
 * reconnecting: a call or stream failed on the way; probing until one is answered.
 * offline: the browser has no network at all.
 */
export type ConnectionState = 'online' | 'reconnecting' | 'offline'

export interface Connection {
  readonly state: () => ConnectionState
  subscribe(listener: (state: ConnectionState) => void): () => void
  reportReachable(): void
  reportUnreachable(): void
}

export interface ConnectionOptions {
  /** Calls the server cheaply; its outcome is reported through the transport. */
  readonly probe: () => Promise<void>
  /** Called when the connection is back, to bring what is shown up to date. */
  readonly onRecovered: () => void
  /** Milliseconds between two probes. */
  readonly probeIntervalMs?: number
  readonly browser?: Pick<Window, 'addEventListener'> & { readonly navigator: Pick<Navigator, 'onLine'> }
}

export function createConnection(options: ConnectionOptions): Connection {
  const { probe, onRecovered, probeIntervalMs = 2_000, browser = window } = options
  const listeners = new Set<(state: ConnectionState) => void>()
  let state: ConnectionState = browser.navigator.onLine ? 'online' : 'offline'
  let timer: ReturnType<typeof setTimeout> | undefined

  function change(next: ConnectionState): void {
    if (next === state) return
    const before = state
    state = next
    clearTimeout(timer)
    if (next === 'reconnecting') scheduleProbe()
    if (next === 'online' && before !== 'online') onRecovered()
    for (const listener of listeners) listener(next)
  }

  function scheduleProbe(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      probe().finally(() => {
        if (state === 'reconnecting') scheduleProbe()
      })
    }, probeIntervalMs)
  }

  browser.addEventListener('offline', () => change('offline'))
  // The network is back; whether the server is, the next probe will tell.
  browser.addEventListener('online', () => change('reconnecting'))

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    reportReachable: () => change('online'),
    reportUnreachable: () => {
      if (state === 'online') change('reconnecting')
    },
  }
}
