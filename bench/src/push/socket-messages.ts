/** To a process of sockets, once. */
export interface OpenSockets {
  readonly url: string
  readonly origin: string
  /** One socket for each, in the order of their users. */
  readonly tokens: readonly string[]
}

/** From it, once: every socket was told that it is ready. */
export interface Opened {
  readonly opened: number
}

/** To it: tell what came. */
export type Collect = 'collect'

/** From it: columns of what came so far, in the order of its coming. */
export interface Received {
  /** Places in `tokens`. */
  readonly sockets: readonly number[]
  readonly sequences: readonly number[]
  /** Of `clockMs`. */
  readonly timesMs: readonly number[]
}

/** Milliseconds of the machine's clock with fractions, for comparing processes. */
export function clockMs(): number {
  return performance.timeOrigin + performance.now()
}
