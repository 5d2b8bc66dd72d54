/** Times in milliseconds, sizes in bytes. Tests shorten the times. */
export interface SocketLimits {
  /** Sockets of this process; further ones are sent away. */
  readonly sockets: number
  /** Of one user here; the oldest goes when there are more. */
  readonly socketsPerUser: number
  /** Until a client says hello. */
  readonly helloMs: number
  readonly pingMs: number
  /** Until a client that is closed has answered so; it is cut off then. */
  readonly closeMs: number
  /** How often all sockets are looked at: for pings, expired tokens and replays that are due. */
  readonly tickMs: number
  /** Every socket asks the backend after this long without a replay, whatever the bus told. */
  readonly verifyMs: number
  /** After a lost bus connection each socket asks the backend; this many begin to in a second. */
  readonly resyncsPerSecond: number
  /** The first wait after the backend failed; it doubles up to 30 s. */
  readonly retryMs: number
  /** Over how long a drain closes the sockets. */
  readonly drainMs: number
}

export const SOCKET_LIMITS: SocketLimits = Object.freeze({
  sockets: 20_000,
  socketsPerUser: 20,
  helloMs: 10_000,
  pingMs: 25_000,
  closeMs: 5_000,
  tickMs: 500,
  verifyMs: 600_000,
  resyncsPerSecond: 500,
  retryMs: 1_000,
  drainMs: 2_000,
})

export const MAX_FRAME_BYTES = 16 * 1024
/** A client that reads so slowly that more waits is cut off: it replays what it missed. */
export const MAX_BACKLOG_BYTES = 1024 * 1024
/** A replay pauses while more waits, so that it never makes a client look slow. */
export const REPLAY_BACKLOG_BYTES = 256 * 1024
export const FLOOD_MESSAGES = 20
export const FLOOD_WINDOW_MS = 10_000
